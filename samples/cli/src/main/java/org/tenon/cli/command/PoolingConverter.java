package org.tenon.cli.command;

import java.util.Locale;
import java.util.stream.Stream;
import org.tenon.api.model.Pooling;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads how a sequence becomes a vector. */
final class PoolingConverter implements ITypeConverter<Pooling.Kind> {
    @Override
    public Pooling.Kind convert(String text) {
        return Stream.of(Pooling.Kind.values())
                .filter(kind -> kind.name().equals(text.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() ->
                        new TypeConversionException("must be mean, first, last or pooler, but is '" + text + "'"));
    }
}
