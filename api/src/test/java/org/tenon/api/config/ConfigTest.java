package org.tenon.api.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.tenon.api.InvalidConfig;

class ConfigTest {
    private static Config file(Object value) {
        return Config.of("config.json", Map.of("key", value));
    }

    private static void assertInvalid(String message, Executable action) {
        assertEquals(message, assertThrows(InvalidConfig.class, action).getMessage());
    }

    private static String refusal(String path, String expected, String found) {
        return "config.json: " + path + " must be " + expected + ", but is " + found
                + ". Correct the file, or download it again";
    }

    @Test
    void valuesAreReadAsWhatTheyAre() {
        assertEquals(32, file(32).integer("key"));
        assertEquals(-1, file(-1).integer("key"));
        assertEquals(32, file(32).positive("key"));
        assertEquals(1e-5, file(1e-5).decimal("key"));
        assertEquals(10_000, file(10_000).decimal("key"));
        assertTrue(file(true).flag("key"));
        assertEquals("silu", file("silu").text("key"));
        assertEquals(List.of(Config.of("", 1)), file(List.of(1)).list("key"));
        assertEquals(1, file(Map.of("a", 1)).child("key").integer("a"));
        assertEquals(1L << 40, file(1L << 40).child("key").asWhole(0, Long.MAX_VALUE));
    }

    @Test
    void aWholeNumberMayBeWrittenWithAPoint() {
        assertEquals(2, file(2.0).integer("key"));
        assertEquals(8, file(8.0f).positive("key"));
        assertInvalid(
                refusal("key", "a whole number from -2147483648 to 2147483647", "2.5"),
                () -> file(2.5).integer("key"));
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        String positive = "a whole number from 1 to 2147483647";
        assertInvalid(refusal("key", positive, "0"), () -> file(0).positive("key"));
        assertInvalid(refusal("key", positive, "-4"), () -> file(-4).positive("key"));
        assertInvalid(
                refusal("key", positive, "2147483648"), () -> file(1L << 31).positive("key"));
        assertInvalid(refusal("key", positive, "1.0E300"), () -> file(1e300).positive("key"));
        assertInvalid(
                refusal("key", positive, "Infinity"),
                () -> file(Double.POSITIVE_INFINITY).positive("key"));
        assertInvalid(
                refusal("key", positive, "1" + "0".repeat(30)),
                () -> file(BigInteger.TEN.pow(30)).positive("key"));
        assertInvalid(
                refusal("key", "a finite number", "-Infinity"),
                () -> file(Double.NEGATIVE_INFINITY).decimal("key"));
        assertInvalid(
                refusal("key", "a whole number from 0 to 9223372036854775807", "9.223372036854776E18"),
                () -> file(0x1p63).child("key").asWhole(0, Long.MAX_VALUE));
    }

    @Test
    void valuesOfAnotherKindAreRefusedByPath() {
        Config deep = Config.of("config.json", Map.of("a", Map.of("list", List.of(1, Map.of("b", "x")))));
        assertInvalid(
                refusal("a.list[1].b", "true or false", "\"x\""),
                () -> deep.child("a").list("list").get(1).flag("b"));
        assertInvalid(refusal("key", "a text", "1"), () -> file(1).text("key"));
        assertInvalid(
                refusal("key", "a list", "an object"), () -> file(Map.of()).list("key"));
        assertInvalid(
                refusal("key", "an object", "a list of 0"),
                () -> file(List.of()).child("key").has("x"));
        assertInvalid(
                refusal("key", "a finite number", "\"1\""), () -> file("1").decimal("key"));
        assertInvalid(
                refusal("key", "a number", "true"),
                () -> file(true).child("key").asNumber());
        assertInvalid(
                refusal("the whole", "an object", "3"),
                () -> Config.of("config.json", 3).keys());
        assertInvalid(refusal("key", "a divisor of 32", "5"), () -> {
            throw file(5).child("key").invalid("a divisor of 32");
        });
    }

    @Test
    void whatIsAbsentOrNullIsRefusedOrReplaced() {
        Config none = Config.of("config.json", Map.of("key", Config.nothing()));
        assertInvalid(refusal("other", "a text", "missing"), () -> none.text("other"));
        assertInvalid(refusal("key", "a text", "null"), () -> none.text("key"));
        assertInvalid(refusal("key", "given", "null"), () -> none.child("key"));
        for (String key : List.of("key", "other")) {
            assertFalse(none.has(key));
            assertEquals(Optional.empty(), none.optional(key));
            assertEquals(3, none.integer(key, 3));
            assertEquals(3, none.positive(key, 3));
            assertEquals(0.5, none.decimal(key, 0.5));
            assertTrue(none.flag(key, true));
            assertEquals("x", none.text(key, "x"));
        }
        assertEquals(List.of("key"), new ArrayList<>(none.keys()));
        assertThrows(InvalidConfig.class, () -> file("x").integer("key", 3), "a wrong value isn't an absent one");
        assertThrows(InvalidConfig.class, () -> file(0).positive("key", 3));
    }

    @Test
    void treesAreMadeInCode() {
        Config tree = Config.object()
                .with("type", "tenon/attention")
                .with("heads", 8)
                .with("heads", 16)
                .with("rope", Config.object().with("theta", 10_000f))
                .with("window", Config.nothing())
                .with("sizes", List.of((byte) 1, (short) 2, BigInteger.TWO));
        assertEquals(
                "{\"type\": \"tenon/attention\", \"heads\": 16, \"rope\": {\"theta\": 10000.0}, \"window\": null, "
                        + "\"sizes\": [1, 2, 2]}",
                tree.toString());
        assertInvalid(
                "rope.theta must be a text, but is 10000.0",
                () -> tree.child("rope").text("theta"));
    }

    @Test
    void aTreeDoesNotChangeWithWhatItWasMadeFrom() {
        List<Object> list = new ArrayList<>(List.of(1));
        Map<String, Object> map = new HashMap<>(Map.of("list", list));
        Config tree = Config.of("", map);
        list.add(2);
        map.put("more", 3);
        assertEquals(Config.of("", Map.of("list", List.of(1))), tree);
        assertThrows(UnsupportedOperationException.class, () -> tree.keys().clear());
        assertThrows(
                UnsupportedOperationException.class, () -> tree.list("list").clear());
    }

    @Test
    void equalityIsOfValuesAndNotOfPlaces() {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("a", 1);
        one.put("b", List.of("x"));
        Map<String, Object> other = new LinkedHashMap<>();
        other.put("b", List.of("x"));
        other.put("a", 1L);
        assertEquals(Config.of("here", one), Config.of("there", other));
        assertEquals(
                Config.of("here", one).hashCode(), Config.of("there", other).hashCode());
        assertNotEquals(Config.of("", 2), Config.of("", 2.0));
        assertNotEquals(Config.object(), Config.nothing());
    }

    @Test
    void whatNoTreeCanHoldIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Config.of("", Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> Config.of("", Float.NaN));
        assertThrows(IllegalArgumentException.class, () -> Config.of("", Map.of(1, 2)));
        assertThrows(IllegalArgumentException.class, () -> Config.of("", new Object()));
    }

    @Test
    void messagesRepeatNoControlCharactersAndNoBookOfText() {
        String message = assertThrows(
                        InvalidConfig.class,
                        () -> file("\u001b[2J\n" + "x".repeat(10_000)).integer("key"))
                .getMessage();
        assertTrue(message.contains("but is \"\\u001b[2J\\u000axxx"), message);
        assertTrue(message.length() < 500, message);
    }
}
