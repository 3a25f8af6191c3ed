package org.tenon.tokenizers.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tenon.api.TenonException;
import org.tenon.api.text.ChatTemplate;
import org.tenon.api.text.Message;

class JinjaChatTemplateTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Message> GREETING = List.of(Message.user("hi there"));

    /** {@code chat.json} is made by {@code make_chat_fixtures.py} with Transformers. */
    @TestFactory
    Stream<DynamicTest> promptsAreThoseOfTransformers() throws IOException {
        try (InputStream resource = JinjaChatTemplateTest.class.getResourceAsStream("chat.json")) {
            return StreamSupport.stream(JSON.readTree(resource).spliterator(), false)
                    .map(fixture -> DynamicTest.dynamicTest(fixture.get("name").asText(), () -> compare(fixture)));
        }
    }

    private static void compare(JsonNode fixture) {
        ChatTemplate template = new JinjaChatTemplate(
                fixture.get("template").asText(), JSON.convertValue(fixture.get("tokens"), new TypeReference<>() {}));
        for (JsonNode example : fixture.get("cases")) {
            List<Message> messages = new ArrayList<>();
            example.get("messages")
                    .forEach(message -> messages.add(
                            new Message(message.get(0).asText(), message.get(1).asText())));
            Map<String, Object> variables = JSON.convertValue(example.get("variables"), new TypeReference<>() {});
            boolean prompt = example.get("prompt").asBoolean();
            if (example.has("error")) {
                TenonException e =
                        assertThrows(TenonException.class, () -> template.render(messages, prompt, variables));
                assertTrue(
                        String.valueOf(e.getMessage())
                                .contains(example.get("error").asText()),
                        e.getMessage());
            } else {
                assertEquals(example.get("expected").asText(), template.render(messages, prompt, variables));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{{ messages[0].content.split()[1] }} | there",
                "{{ 'a' 'b' + '\\u00e9\\x41' }} | abéA",
                "{{ not 'a' in 'abc' }} | False",
                "{{ not messages[0].role == 'x' }} | True",
                "{{ {'a': 1, 'b': 2}['b'] }} | 2",
                "{{ ({'a': [1, 2], 'b': 2}).a[-1] }} | 2",
                "{{ [1, 2, 3, 4][1:-1] }} | [2, 3]",
                "{{ [1, 2, 3, 4][::-2] }} | [4, 2]",
                "{{ 'abcdef'[2:] }}{{ 'abc'[-1] }} | cdefc",
                "{{ x.y.z is defined }} | False",
                "{{ dict(a=1, b='c').b }} | c",
                "{{ {'a': 'é\"'}~tojson }} | {\"a\": \"é\\\"\"}",
                "{{ 'x' if messages~length > 1 else 'y' }} | y",
                "{% for a, b in [(1, 2), (3, 4)] %}{{ a }}{{ b }},{% endfor %} | 12,34,",
                "{% for m in messages if m.role == 'x' %}{{ m }}{% endfor %}end | end",
                "{% if 'false' %}T{% endif %}{% if '' %}F{% endif %} | T",
                "{% raw %}{{ x }}{% endraw %} | {{ x }}",
                "{{- '  a ' .strip() -}} | a",
            })
    void whatJinjavaLacksIsMadeUpFor(String template, String expected) {
        assertEquals(expected, render(template.replace('~', '|')));
    }

    @Test
    void theDateIsTodays() {
        assertEquals(
                String.valueOf(LocalDate.now(ZoneId.systemDefault()).getYear()), render("{{ strftime_now('%Y') }}"));
    }

    /** A template is a stranger's: it reaches no class, no method of Java, no file and no other template. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ messages.getClass() }}",
                "{{ 'a'.getClass() }}",
                "{{ 'a'.class.forName('java.lang.Runtime') }}",
                "{{ ____int3rpr3t3r____ }}",
                "{{ ____int3rpr3t3r____.getContext() }}",
                "{{ ____int3rpr3t3r____.config.x() }}",
                "{% include '/etc/passwd' %}",
                "{% import 'x' as y %}",
                "{% from 'x' import y %}",
                "{% extends 'x' %}",
                "{{ type(1) }}",
                "{{ messages|shuffle }}",
                "{{ 'a: b'|fromyaml }}",
                "{{ messages.append(1) }}"
            })
    void nothingBeyondPlainValuesIsReached(String template) {
        String result;
        try {
            result = render(template);
        } catch (TenonException e) {
            result = "";
        }
        assertEquals("", result);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for i in range(9999) %}{% for j in range(9999) %}{% for k in range(9999) %}{% endfor %}{% endfor %}{% endfor %}",
                "{% set n = namespace(a='aaaaaaaaaaaaaaaa') %}{% for i in range(60) %}{% set n.a = n.a ~ n.a %}{% endfor %}",
                "{% set n = namespace(a='aaaaaaaaaaaaaaaa') %}{% for i in range(60) %}{% set n.a = n.a + n.a %}{% endfor %}",
                "{% set n = namespace(a='aaaaaaaaaaaaaaaa') %}{% for i in range(60) %}{% set n.a = n.a.replace('a', n.a) %}{% endfor %}",
                "{% set n = namespace(a=[1, 2]) %}{% for i in range(60) %}{% set n.a = n.a + n.a %}{% endfor %}",
                "{% for i in range(9999) %}{% for j in range(9999) %}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{% endfor %}{% endfor %}",
                "{% macro f(x) %}{{ f(x) }}{{ f(x) }}{% endmacro %}{{ f(1) }}"
            })
    void aTemplateThatNeverEndsOrGrowsIsStopped(String template) {
        assertTimeout(Duration.ofSeconds(30), () -> assertThrows(TenonException.class, () -> render(template)));
    }

    @Test
    void deepNestingIsRefused() {
        assertThrows(TenonException.class, () -> render("{{ " + "(".repeat(100_000) + " }}"));
        assertThrows(TenonException.class, () -> render("{{ " + "not ".repeat(100_000) + "x }}"));
        assertThrows(TenonException.class, () -> render("{{ " + "-".repeat(200_000) + "1 }}"));
        assertThrows(TenonException.class, () -> render("{% if true %}".repeat(50_000) + "{% endif %}".repeat(50_000)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            value = {
                "{{ raise_exception('no such role') }} ¦ refuses the conversation: no such role",
                "{{ 'a' + missing }} ¦ adds something that isn't there",
                "{{ foo(1) }} ¦ foo",
                "{{ 'a'.zfill(3) }} ¦ strings have no method 'zfill'",
                "{{ messages|nosuchfilter }} ¦ the filter 'nosuchfilter', which is not supported",
                "{{ messages is nosuchtest }} ¦ a test that is not supported: 'is nosuchtest'",
                "{% for m in messages %}{{ loop.previtem }}{% endfor %} ¦ loop.previtem is not supported",
                "{% for m in messages recursive %}{% endfor %} ¦ not supported",
                "{% for m in messages %}{% else %}{% endfor %} ¦ 'else in a loop', which is not supported",
                "{% if x %} ¦ no end for 'if'",
                "{% endif %} ¦ 'endif' where nothing of the kind is open",
                "{% nonsense %} ¦ unknown tag 'nonsense'",
                "{{ 'a ¦ a string without an end",
                "{{ a ¦ a tag without an end",
                "{# a ¦ a comment without an end",
                "{{ }} ¦ an empty expression",
            })
    void anUnrenderableTemplateIsRefusedWithASentence(String template, String message) {
        TenonException e = assertThrows(TenonException.class, () -> render(template));
        assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
    }

    private static String render(String template) {
        return new JinjaChatTemplate(template, Map.of()).render(GREETING, true);
    }
}
