package org.tenon.conformance;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;

/** Writes an ONNX model as bytes: the few messages of {@code onnx.proto} that a graph of F32 tensors has, by their field numbers. */
final class OnnxGraph {
    private static final long IR_VERSION = 9;
    private static final long OPSET = 20;
    private static final long FLOAT = 1;

    private final Message graph = new Message();

    OnnxGraph() {
        graph.text(2, "graph");
    }

    /** A message of protocol buffers. */
    private static final class Message {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint((long) field << 3);
            varint(value);
            return this;
        }

        Message decimal(int field, float value) {
            varint(((long) field << 3) | 5);
            bytes.writeBytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putFloat(value)
                    .array());
            return this;
        }

        Message text(int field, String value) {
            return raw(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Consumer<Message> content) {
            Message inner = new Message();
            content.accept(inner);
            return raw(field, inner.bytes.toByteArray());
        }

        private Message raw(int field, byte[] value) {
            varint(((long) field << 3) | 2);
            varint(value.length);
            bytes.writeBytes(value);
            return this;
        }

        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                bytes.write((int) ((rest & 0x7F) | 0x80));
                rest >>>= 7;
            }
            bytes.write((int) rest);
        }
    }

    /** An input of the graph. */
    OnnxGraph input(String name, int... shape) {
        return value(11, name, shape);
    }

    /** The output of the graph. */
    OnnxGraph output(String name, int... shape) {
        return value(12, name, shape);
    }

    private OnnxGraph value(int field, String name, int... shape) {
        graph.message(
                field,
                value -> value.text(1, name)
                        .message(
                                2,
                                type -> type.message(
                                        1,
                                        tensor -> tensor.number(1, FLOAT).message(2, dims -> {
                                            for (int each : shape) {
                                                dims.message(1, dim -> dim.number(1, each));
                                            }
                                        }))));
        return this;
    }

    /** A node, its attributes whole numbers, decimals or texts. */
    OnnxGraph node(String op, String output, Map<String, Object> attributes, String... inputs) {
        graph.message(1, node -> {
            for (String input : inputs) {
                node.text(1, input);
            }
            node.text(2, output).text(4, op);
            attributes.forEach((name, value) -> node.message(5, attribute -> {
                attribute.text(1, name);
                switch (value) {
                    case Float decimal -> attribute.decimal(2, decimal).number(20, 1);
                    case Integer whole -> attribute.number(3, whole).number(20, 2);
                    default -> attribute.text(4, value.toString()).number(20, 3);
                }
            }));
        });
        return this;
    }

    byte[] bytes() {
        return new Message()
                .number(1, IR_VERSION)
                .message(8, opset -> opset.text(1, "").number(2, OPSET))
                .raw(7, graph.bytes.toByteArray())
                .bytes
                .toByteArray();
    }
}
