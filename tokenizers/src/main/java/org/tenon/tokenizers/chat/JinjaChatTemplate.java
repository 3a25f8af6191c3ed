package org.tenon.tokenizers.chat;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaProcessors;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.InterpretException;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.MacroFunction;
import com.hubspot.jinjava.objects.date.StrftimeFormatter;
import java.io.IOException;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.tenon.api.text.ChatTemplate;
import org.tenon.api.text.Message;

/**
 * A chat template in Jinja2, rendered as Transformers' {@code apply_chat_template} does. Jinjava renders it, bounded in time, in
 * output and in the size of values; no file, no network and no Java object can be reached from it.
 */
public final class JinjaChatTemplate implements ChatTemplate {
    private static final long MAX_OUTPUT = 1 << 24;
    private static final int MAX_ITEMS = 100_000;
    private static final int MAX_RANGE = 10_000;
    private static final int MAX_NODES = 300_000;
    private static final long MAX_NANOS = 5_000_000_000L;
    private static final int MAX_MACRO_DEPTH = 50;
    private static final String STOPPED = "stopped after an error";
    private static final Set<String> FUNCTIONS = Set.of(":range", ":namespace");

    private final String source;
    private final Map<String, String> specialTokens;

    /**
     * A template. One that is broken, or uses what isn't supported, is refused when it is rendered, so that a model can be used
     * without it.
     *
     * @param source the template
     * @param specialTokens what the template may name, such as {@code bos_token}
     */
    public JinjaChatTemplate(String source, Map<String, String> specialTokens) {
        this.source = source;
        this.specialTokens = Map.copyOf(specialTokens);
    }

    @Override
    public String render(List<Message> messages, boolean generationPrompt, Map<String, Object> variables) {
        Map<String, Object> bindings = new HashMap<>(variables);
        bindings.putIfAbsent("bos_token", "");
        bindings.putIfAbsent("eos_token", "");
        bindings.putAll(specialTokens);
        List<Map<String, Object>> turns = new ArrayList<>();
        for (Message message : messages) {
            Map<String, Object> turn = new LinkedHashMap<>();
            turn.put("role", message.role());
            turn.put("content", message.content());
            turns.add(turn);
        }
        bindings.put("messages", turns);
        bindings.put("add_generation_prompt", generationPrompt);
        try {
            RenderResult result = jinjava().renderForResult(Rewriter.rewrite(source), bindings);
            if (result.hasErrors()) {
                throw new TemplateException(describe(result.getErrors()));
            }
            return result.getOutput();
        } catch (StackOverflowError e) {
            throw new TemplateException("the chat template is nested too deep");
        }
    }

    /** The first error; those that say that rendering was stopped for it may stand before it. */
    private static String describe(List<TemplateError> errors) {
        TemplateError error = errors.stream()
                .filter(candidate -> !candidate.getMessage().contains(STOPPED))
                .findFirst()
                .orElse(errors.getFirst());
        Throwable cause = error.getException();
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof TemplateException
                ? String.valueOf(cause.getMessage())
                : "the chat template can't be rendered: " + error.getMessage();
    }

    private static Jinjava jinjava() {
        Jinjava jinjava = new Jinjava(config(new Budget()));
        jinjava.setResourceLocator((name, _, _) -> {
            throw new IOException("a chat template can't load '" + name + "'");
        });
        Context context = jinjava.getGlobalContext();
        PythonFilters.all().forEach(context::registerFilter);
        context.addGlobalMacro(new TemplateFunction("raise_exception", (message, _) -> {
            throw new TemplateException("the chat template refuses the conversation: " + PythonText.str(message));
        }));
        context.addGlobalMacro(new TemplateFunction(
                "strftime_now",
                (format, _) -> StrftimeFormatter.format(
                        ZonedDateTime.now(ZoneId.systemDefault()), PythonText.str(format), Locale.ROOT)));
        context.addGlobalMacro(new TemplateFunction("dict", (_, named) -> new LinkedHashMap<>(named)));
        return jinjava;
    }

    private static JinjavaConfig config(Budget budget) {
        Set<String> functions = new HashSet<>();
        new Context().getAllFunctions().forEach(function -> functions.add(function.getName()));
        functions.removeAll(FUNCTIONS);
        return JinjavaConfig.newBuilder()
                .withElResolver(new PythonResolver())
                .withDisabled(Map.of(Context.Library.FUNCTION, functions))
                .withNestedInterpretationEnabled(false)
                .withKeepTrailingNewline(true)
                .withMaxOutputSize(MAX_OUTPUT)
                .withMaxStringLength(MAX_OUTPUT)
                .withMaxListSize(MAX_ITEMS)
                .withMaxMapSize(MAX_ITEMS)
                .withRangeLimit(MAX_RANGE)
                .withEnableRecursiveMacroCalls(true)
                .withMaxMacroRecursionDepth(MAX_MACRO_DEPTH)
                .withLegacyOverrides(LegacyOverrides.newBuilder()
                        .withHandleBackslashInQuotesOnly(true)
                        .withEvaluateMapKeys(true)
                        .withIterateOverMapKeys(true)
                        .build())
                .withProcessors(JinjavaProcessors.newBuilder()
                        .withNodePreProcessor((_, interpreter) -> budget.spend(interpreter))
                        .build())
                .build();
    }

    /** What rendering may cost. Jinjava notes an error and goes on; here it is stopped at the next node. */
    private static final class Budget {
        private final long deadline = System.nanoTime() + MAX_NANOS;
        private int nodes;

        void spend(JinjavaInterpreter interpreter) {
            if (!interpreter.getErrors().isEmpty()) {
                throw new InterpretException(STOPPED, interpreter.getLineNumber());
            }
            if (++nodes > MAX_NODES || System.nanoTime() - deadline > 0) {
                TemplateException tooLong = new TemplateException("the chat template takes too long");
                throw new InterpretException(tooLong.getMessage(), tooLong, interpreter.getLineNumber());
            }
        }
    }

    /** A function that a template can call with one argument, with named ones, or with none. */
    private static final class TemplateFunction extends MacroFunction {
        private final BiFunction<@Nullable Object, Map<String, Object>, Object> body;

        TemplateFunction(String name, BiFunction<@Nullable Object, Map<String, Object>, Object> body) {
            super(List.of(), name, new LinkedHashMap<>(Map.of("argument", "")), false, new Context(), 0, 0);
            this.body = body;
        }

        @Override
        public Object doEvaluate(Map<String, Object> arguments, Map<String, Object> named, List<Object> more) {
            return body.apply(arguments.get("argument"), named);
        }
    }
}
