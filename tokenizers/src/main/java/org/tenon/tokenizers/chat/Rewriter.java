package org.tenon.tokenizers.chat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.tenon.tokenizers.chat.Lexer.Part;
import org.tenon.tokenizers.chat.Lexer.Token;

/**
 * Writes a template as Jinjava understands it: conditions and output go through filters that judge and print as Python does,
 * a loop with a condition becomes a loop over what meets it, {@code generation} blocks are their content.
 */
final class Rewriter {
    private static final Set<String> BLOCKS = Set.of("for", "if", "macro", "call", "set");
    private static final Set<String> UNSUPPORTED =
            Set.of("include", "import", "from", "extends", "block", "filter", "with", "autoescape", "do", "trans");

    private static final int MAX_BLOCKS = 100;

    private final StringBuilder out = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();
    private int loops;

    private Rewriter() {}

    static String rewrite(String template) {
        Rewriter rewriter = new Rewriter();
        for (Part part : Lexer.parts(template)) {
            switch (part) {
                case Part.Text(String text) -> rewriter.text(text);
                case Part.Output(List<Token> tokens) -> rewriter.output(tokens);
                case Part.Statement(List<Token> tokens) -> rewriter.statement(tokens);
            }
        }
        if (!rewriter.open.isEmpty()) {
            throw new TemplateException("the chat template has no end for '" + rewriter.open.peek() + "'");
        }
        return rewriter.out.toString();
    }

    private void text(String text) {
        // Text that Jinjava could take for a tag, such as that of a raw block, is printed by one.
        boolean plain = !text.contains("{") && !text.endsWith("\\");
        out.append(plain ? text : "{{ " + Expressions.quote(text) + " }}");
    }

    private void output(List<Token> tokens) {
        if (tokens.isEmpty()) {
            throw new TemplateException("the chat template has an empty expression");
        }
        out.append("{{ ")
                .append(Expressions.filtered(tokens, PythonFilters.TEXT))
                .append(" }}");
    }

    private void statement(List<Token> tokens) {
        if (tokens.isEmpty()) {
            throw new TemplateException("the chat template has an empty tag");
        }
        String name = tokens.getFirst().text();
        List<Token> rest = tokens.subList(1, tokens.size());
        switch (name) {
            case "for" -> loop(rest);
            case "if" -> condition("if", rest);
            case "elif" -> condition("elif", rest);
            case "else" -> {
                if ("for".equals(open.peek())) {
                    throw unsupported("else in a loop");
                }
                tag("else");
            }
            case "set" -> set(rest);
            case "macro" -> macro(rest);
            case "call" -> {
                tag("call " + Expressions.rewrite(rest));
                open("call");
            }
            case "break", "continue" -> tag(name);
            case "generation", "endgeneration" -> {
                // marks what the model has said, for training; the text is the same
            }
            default -> end(name);
        }
    }

    private void end(String name) {
        if (name.startsWith("end") && BLOCKS.contains(name.substring(3))) {
            if (open.isEmpty() || !open.pop().equals(name.substring(3))) {
                throw new TemplateException("the chat template has '" + name + "' where nothing of the kind is open");
            }
            tag(name);
        } else if (UNSUPPORTED.contains(name)) {
            throw unsupported(name);
        } else {
            throw new TemplateException("the chat template has an unknown tag '" + name + "'");
        }
    }

    private static TemplateException unsupported(String what) {
        return new TemplateException("the chat template uses '" + what + "', which is not supported");
    }

    private void condition(String tag, List<Token> tokens) {
        tag(tag + " " + Expressions.filtered(tokens, PythonFilters.TRUTH));
        if (tag.equals("if")) {
            open("if");
        }
    }

    /** {@code for targets in values}, perhaps with {@code if condition}. */
    private void loop(List<Token> tokens) {
        int in = Expressions.find(tokens, 0, "in");
        if (in <= 0 || tokens.getLast().is("recursive")) {
            throw unsupported("for without 'in', or recursive");
        }
        int condition = Expressions.find(tokens, in + 1, "if");
        String targets = targets(tokens.subList(0, in));
        String values = Expressions.filtered(
                tokens.subList(in + 1, condition < 0 ? tokens.size() : condition), PythonFilters.ITEMS);
        if (condition >= 0) {
            // Jinja2 counts only the rounds that meet the condition, so they are gathered first.
            String kept = "tenon_kept" + loops++;
            String test = Expressions.filtered(tokens.subList(condition + 1, tokens.size()), PythonFilters.TRUTH);
            String item = targets.contains(",") ? "[" + targets + "]" : targets;
            tag("set " + kept + " = namespace(items=[])");
            tag("for " + targets + " in " + values);
            tag("if " + test);
            tag("set " + kept + ".items = " + kept + ".items + [" + item + "]");
            tag("endif");
            tag("endfor");
            values = kept + ".items";
        }
        tag("for " + targets + " in " + values);
        open("for");
    }

    private void set(List<Token> tokens) {
        int equals = Expressions.find(tokens, 0, "=");
        if (equals < 0) {
            tag("set " + Expressions.rewrite(tokens));
            open("set");
            return;
        }
        String targets = targets(tokens.subList(0, equals));
        List<Token> value = tokens.subList(equals + 1, tokens.size());
        if (!targets.contains(",") && Expressions.find(value, 0, ",") >= 0) {
            throw unsupported("set to a tuple");
        }
        tag("set " + targets + " = " + Expressions.rewrite(value));
    }

    private void macro(List<Token> tokens) {
        List<String> parameters = new ArrayList<>();
        for (int i = 2; i < tokens.size() - 1; ) {
            int comma = Expressions.find(tokens.subList(0, tokens.size() - 1), i, ",");
            int end = comma < 0 ? tokens.size() - 1 : comma;
            boolean hasDefault = i + 1 < end && tokens.get(i + 1).is("=");
            parameters.add(
                    tokens.get(i).text() + (hasDefault ? "=" + Expressions.rewrite(tokens.subList(i + 2, end)) : ""));
            i = end + 1;
        }
        tag("macro " + tokens.getFirst().text() + "(" + String.join(", ", parameters) + ")");
        open("macro");
    }

    /** Names as Jinjava wants them: without spaces. */
    private static String targets(List<Token> tokens) {
        StringBuilder targets = new StringBuilder();
        for (Token token : tokens) {
            if (!token.is("(") && !token.is(")")) {
                targets.append(token.text());
            }
        }
        return targets.toString();
    }

    private void open(String block) {
        if (open.size() == MAX_BLOCKS) {
            throw new TemplateException("the chat template has blocks nested more than " + MAX_BLOCKS + " deep");
        }
        open.push(block);
    }

    private void tag(String content) {
        out.append("{% ").append(content).append(" %}");
    }
}
