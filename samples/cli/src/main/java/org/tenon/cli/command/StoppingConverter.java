package org.tenon.cli.command;

import org.tenon.api.model.BeamSearch.Stopping;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads when a search ends, in the words of Transformers' {@code early_stopping}. */
final class StoppingConverter implements ITypeConverter<Stopping> {
    @Override
    public Stopping convert(String text) {
        return switch (text) {
            case "true" -> Stopping.WHEN_FULL;
            case "false" -> Stopping.HEURISTIC;
            case "never" -> Stopping.NEVER_EARLY;
            default -> throw new TypeConversionException("must be true, false or never, but is '" + text + "'");
        };
    }
}
