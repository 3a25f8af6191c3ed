package org.tenon.api.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * How a checkpoint names the parameters of a model, both ways. A pattern holds {@code {i}} for a number, {@code {...}} for anything, or
 * alternatives such as {@code {q,k,v}}, which pair up in order with those of the other side. The first pattern that fits counts. A tensor may
 * also hold several parameters, or one with its rows and columns swapped. Immutable and thread-safe.
 */
public final class ParameterNames {
    private static final Pattern PLACE = Pattern.compile("\\{([^}]*)}");

    private final List<Rule> rules;
    private final List<Bundle> bundles;
    private final List<Pattern> ignored;
    private final List<Pattern> transposed;

    private ParameterNames(List<Rule> rules, List<Bundle> bundles, List<Pattern> ignored, List<Pattern> transposed) {
        this.rules = List.copyOf(rules);
        this.bundles = List.copyOf(bundles);
        this.ignored = List.copyOf(ignored);
        this.transposed = List.copyOf(transposed);
    }

    /** {@return names without a rule yet} */
    public static ParameterNames names() {
        return new ParameterNames(List.of(), List.of(), List.of(), List.of());
    }

    /**
     * Adds a rule.
     *
     * @param checkpoint the name in the checkpoint, {@code model.layers.{i}.self_attn.{q,k,v}_proj.weight}
     * @param path the parameter's path, {@code layers.{i}.mixer.qkv.{q,k,v}.weight}, with the same places in the same order
     * @return these names with the rule
     */
    public ParameterNames map(String checkpoint, String path) {
        return join(checkpoint, path);
    }

    /**
     * Adds a rule for a tensor that holds several parameters: their rows one after another, or the elements of vectors.
     *
     * @param checkpoint the tensor's name in the checkpoint, {@code h.{i}.attn.c_attn.{weight,bias}}
     * @param paths the parameters' paths in order, {@code layers.{i}.mixer.qkv.q.{weight,bias}} and so on, each with the same places
     * @return these names with the rule
     */
    public ParameterNames join(String checkpoint, String... paths) {
        List<Rule> more = new ArrayList<>(rules);
        more.add(new Rule(
                Template.of(checkpoint), Stream.of(paths).map(Template::of).toList(), false));
        return new ParameterNames(more, bundles, ignored, transposed);
    }

    /**
     * Adds a rule for a tensor of matrices, each of which holds a matrix of several parameters one below the other.
     *
     * @param checkpoint the tensor's name in the checkpoint, {@code model.layers.{i}.mlp.experts.gate_up_proj}
     * @param paths the parameters' paths from the top, {@code layers.{i}.channels.experts.gate} and so on, each with the same places
     * @return these names with the rule
     */
    public ParameterNames joinEach(String checkpoint, String... paths) {
        List<Rule> more = new ArrayList<>(rules);
        more.add(new Rule(
                Template.of(checkpoint), Stream.of(paths).map(Template::of).toList(), true));
        return new ParameterNames(more, bundles, ignored, transposed);
    }

    /**
     * Adds a rule for a parameter whose matrices have a tensor each. It is written so, whatever other rules fit it.
     *
     * @param checkpoint the name of a matrix in the checkpoint, {@code model.layers.{i}.block_sparse_moe.experts.{e}.w1.weight}, where
     *     <code>{e}</code> counts the matrices from 0
     * @param path the parameter's path, {@code layers.{i}.channels.experts.gate}, with the same places in the same order but for that one
     * @return these names with the rule
     */
    public ParameterNames bundle(String checkpoint, String path) {
        List<Bundle> more = new ArrayList<>(bundles);
        int matrix = checkpoint.indexOf(Bundle.MATRIX);
        if (matrix < 0) {
            throw new IllegalArgumentException(checkpoint + " has no " + Bundle.MATRIX + ", which counts the matrices");
        }
        int place =
                (int) PLACE.matcher(checkpoint.substring(0, matrix)).results().count();
        more.add(new Bundle(Template.of(checkpoint), Template.of(path), place));
        return new ParameterNames(rules, more, ignored, transposed);
    }

    /**
     * Lets the names of all rules so far begin with a prefix, or not: a model is saved with its name before its tensors, or its body by
     * itself without. They are written with the prefix.
     *
     * @param prefix {@code transformer.}
     * @return these names with a rule more for each
     */
    public ParameterNames prefixed(String prefix) {
        List<Rule> more = new ArrayList<>();
        rules.forEach(rule -> more.add(new Rule(rule.checkpoint().after(prefix), rule.paths(), rule.each())));
        more.addAll(rules);
        List<Bundle> moreBundles = new ArrayList<>();
        bundles.forEach(bundle ->
                moreBundles.add(new Bundle(bundle.checkpoint().after(prefix), bundle.path(), bundle.matrix())));
        moreBundles.addAll(bundles);
        return new ParameterNames(more, moreBundles, ignored, transposed);
    }

    /**
     * Says which matrices stand in the checkpoint with rows and columns swapped, {@code [in, out]}.
     *
     * @param regex fits the whole name
     * @return these names with the exception
     */
    public ParameterNames transposed(String regex) {
        List<Pattern> more = new ArrayList<>(transposed);
        more.add(Pattern.compile(regex));
        return new ParameterNames(rules, bundles, ignored, more);
    }

    /**
     * Names a tensor that may stand in a checkpoint and means nothing: a stray buffer.
     *
     * @param regex fits the whole name
     * @return these names with the exception
     */
    public ParameterNames ignore(String regex) {
        List<Pattern> more = new ArrayList<>(ignored);
        more.add(Pattern.compile(regex));
        return new ParameterNames(rules, bundles, more, transposed);
    }

    /**
     * Where a parameter stands in the checkpoint.
     *
     * @param path the parameter's path
     * @return its name there, or nothing where no rule fits
     */
    public Optional<String> checkpoint(String path) {
        return checkpoints(path).stream().findFirst();
    }

    /**
     * Where the matrices of a parameter stand in the checkpoint, if each has a tensor.
     *
     * @param path the parameter's path
     * @param matrices how many it has
     * @return for each rule that fits the names in the order of the matrices, those that it is written by first
     */
    public List<List<String>> bundles(String path, long matrices) {
        return bundles.stream()
                .flatMap(bundle -> bundle.names(path, matrices).stream())
                .toList();
    }

    /**
     * All names that a parameter may have in the checkpoint, but for those of its matrices.
     *
     * @param path the parameter's path
     * @return the names, the one that it is written by first
     */
    public List<String> checkpoints(String path) {
        return rules.stream()
                .flatMap(rule ->
                        rule.paths().stream().flatMap(template -> template.translate(path, rule.checkpoint()).stream()))
                .toList();
    }

    /**
     * What a tensor of the checkpoint is.
     *
     * @param name its name there
     * @return the parameter's path, the first of several, or nothing where no rule fits
     */
    public Optional<String> path(String name) {
        return paths(name).stream().findFirst();
    }

    /**
     * What a tensor of the checkpoint holds.
     *
     * @param name its name there
     * @return the parameters' paths, in the order in which their rows lie; none where no rule fits
     */
    public List<String> paths(String name) {
        return Stream.concat(
                        rules.stream()
                                .map(rule -> rule.paths().stream()
                                        .flatMap(template -> rule.checkpoint().translate(name, template).stream())
                                        .toList()),
                        bundles.stream()
                                .map(bundle -> bundle.parameter(name).stream().toList()))
                .filter(paths -> !paths.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    /**
     * Whether a tensor holds its parameters matrix by matrix, one below the other in each.
     *
     * @param name its name there
     * @return whether it does
     */
    public boolean isJoinedEach(String name) {
        return rules.stream()
                .filter(rule -> rule.checkpoint().values(name).isPresent())
                .findFirst()
                .map(Rule::each)
                .orElse(false);
    }

    /**
     * Whether a matrix stands in the checkpoint with rows and columns swapped.
     *
     * @param name its name there
     * @return whether it does
     */
    public boolean isTransposed(String name) {
        return transposed.stream().anyMatch(pattern -> pattern.matcher(name).matches());
    }

    /**
     * Whether a tensor may stand in the checkpoint although nothing uses it.
     *
     * @param name its name there
     * @return whether it may
     */
    public boolean ignorable(String name) {
        return ignored.stream().anyMatch(pattern -> pattern.matcher(name).matches());
    }

    private record Rule(Template checkpoint, List<Template> paths, boolean each) {}

    /** A parameter whose matrices have a tensor each; which one it is stands in one of the name's places. */
    private record Bundle(Template checkpoint, Template path, int matrix) {
        static final String MATRIX = "{e}";

        Optional<List<String>> names(String parameter, long matrices) {
            return path.values(parameter)
                    .map(values -> LongStream.range(0, matrices)
                            .mapToObj(e -> {
                                List<String> more = checkpoint.spelled(values, path, matrix);
                                more.add(matrix, Long.toString(e));
                                return checkpoint.text(more);
                            })
                            .toList());
        }

        Optional<String> parameter(String tensor) {
            return checkpoint.values(tensor).map(values -> path.text(path.spelled(values, checkpoint, matrix)));
        }
    }

    /** A name with places: literal text around them, and for each place its alternatives, none for a number. */
    private record Template(List<String> literals, List<List<String>> places, Pattern pattern) {
        /** No place. */
        static final int NOWHERE = -1;

        static Template of(String text) {
            List<String> literals = new ArrayList<>();
            List<List<String>> places = new ArrayList<>();
            StringBuilder regex = new StringBuilder();
            Matcher matcher = PLACE.matcher(text);
            int end = 0;
            while (matcher.find()) {
                String literal = text.substring(end, matcher.start());
                literals.add(literal);
                String place = matcher.group(1);
                places.add(place.indexOf(',') < 0 ? List.of() : List.of(place.split(",", -1)));
                regex.append(Pattern.quote(literal))
                        .append('(')
                        .append(fitting(place, places.getLast()))
                        .append(')');
                end = matcher.end();
            }
            literals.add(text.substring(end));
            regex.append(Pattern.quote(text.substring(end)));
            return new Template(literals, places, Pattern.compile(regex.toString()));
        }

        Template after(String prefix) {
            List<String> more = new ArrayList<>(literals);
            more.set(0, prefix + literals.getFirst());
            return new Template(more, places, Pattern.compile(Pattern.quote(prefix) + pattern.pattern()));
        }

        private static String fitting(String place, List<String> alternatives) {
            if (alternatives.isEmpty()) {
                return place.equals("...") ? ".+" : "[0-9]{1,9}";
            }
            return String.join("|", alternatives.stream().map(Pattern::quote).toList());
        }

        Optional<String> translate(String name, Template other) {
            return values(name).map(values -> other.text(other.spelled(values, this, NOWHERE)));
        }

        /** What stands in the places of a name, if it fits. */
        Optional<List<String>> values(String name) {
            Matcher matcher = pattern.matcher(name);
            return matcher.matches()
                    ? Optional.of(IntStream.rangeClosed(1, places.size())
                            .mapToObj(matcher::group)
                            .toList())
                    : Optional.empty();
        }

        /** What stands in the places of another template as it is spelled in this one, without the place that one of the two lacks. */
        List<String> spelled(List<String> values, Template other, int lacking) {
            boolean more = places.size() > other.places.size();
            List<String> result = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                if (i != lacking || more) {
                    List<String> from = other.places.get(i);
                    List<String> to = places.get(more ? i + (i < lacking ? 0 : 1) : result.size());
                    result.add(from.isEmpty() ? values.get(i) : to.get(from.indexOf(values.get(i))));
                }
            }
            return result;
        }

        /** The name with values in its places. */
        String text(List<String> values) {
            StringBuilder result = new StringBuilder(literals.getFirst());
            for (int i = 0; i < places.size(); i++) {
                result.append(values.get(i)).append(literals.get(i + 1));
            }
            return result.toString();
        }
    }
}
