package org.tenon.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class JsonObjectTest {
    @Test
    void whatJsonDoesNotHaveIsNull() {
        JsonObject object = new JsonObject()
                .with("infinite", Double.NEGATIVE_INFINITY)
                .with("nan", Double.NaN)
                .with("absent", Optional.empty())
                .with("none", OptionalDouble.empty());
        assertEquals("{\"infinite\":null,\"nan\":null,\"absent\":null,\"none\":null}", object.line());
    }

    @Test
    void valuesKeepTheirOrderAndTheirKind() {
        JsonObject object = new JsonObject()
                .with("text", "a \"b\"\n\u00e4\ud83d\ude00")
                .with("ids", new int[] {3, 1})
                .with("inner", List.of(new JsonObject().with("flag", true), 7L))
                .with("number", Optional.of(0.5));
        assertEquals(
                "{\"text\":\"a \\\"b\\\"\\n\u00e4\ud83d\ude00\",\"ids\":[3,1],\"inner\":[{\"flag\":true},7],\"number\":0.5}",
                object.line());
    }

    @Test
    void aDocumentHasALineForEachValue() {
        assertEquals(
                "{\n  \"a\": 1,\n  \"ids\": [ 1, 2 ]\n}",
                new JsonObject().with("a", 1).with("ids", new int[] {1, 2}).document());
    }
}
