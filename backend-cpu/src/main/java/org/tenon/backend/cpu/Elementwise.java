package org.tenon.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Queue;
import org.tenon.api.op.Binary;
import org.tenon.api.op.Convert;
import org.tenon.api.op.Fill;
import org.tenon.api.op.Iota;
import org.tenon.api.op.Select;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/** The primitives that treat each element for itself. */
final class Elementwise {
    private final Workers workers;

    Elementwise(Workers workers) {
        this.workers = workers;
        for (int slot = 0; slot < 4; slot++) {
            workers.scratch().reserveFloats(slot, Walk.RUN);
            workers.scratch().reserveInts(slot, Walk.RUN);
        }
    }

    Lookup<Fill.In<Buffer>> fill(Fill op, Fill.In<Tensor> in, List<Tensor> out) {
        boolean whole = op.type().equals(DType.I32);
        int bits = whole ? (int) op.value() : Float.floatToRawIntBits((float) op.value());
        return Lookup.kernel((operands, outputs, workspace) -> new Runs(outputs) {
            @Override
            void run(long run, int count, int worker) {
                int[] values = ints(0, worker);
                Arrays.fill(values, 0, count, bits);
                storeInts(0, run, values, count);
            }
        });
    }

    Lookup<Iota.In<Buffer>> iota(Iota op, Iota.In<Tensor> in, List<Tensor> out) {
        return Lookup.kernel((operands, outputs, workspace) -> {
            View numbers = new View(outputs.getFirst());
            return (queue, step) -> {
                long size = op.size().size(step);
                for (int i = 0; i < size; i++) {
                    numbers.bytes().set(Lanes.INT, 4L * i, i);
                }
            };
        });
    }

    Lookup<Convert.In<Buffer>> convert(Convert op, Convert.In<Tensor> in, List<Tensor> out) {
        DType from = in.x().type();
        if (!from.scalar() || !op.type().scalar()) {
            return Lookup.unsupported("no conversion from " + from + " to " + op.type());
        }
        return Lookup.kernel((operands, outputs, workspace) -> {
            List<Buffer> places = List.of(outputs.getFirst(), operands.x());
            if (from.equals(op.type())) {
                return copy(places);
            }
            if (from.equals(DType.I32)) {
                return fromIntegers(places);
            }
            return op.type().equals(DType.I32) ? toIntegers(places) : betweenFloats(places);
        });
    }

    private Launch fromIntegers(List<Buffer> places) {
        Lanes target = Lanes.of(places.getFirst().type());
        return new Runs(places) {
            @Override
            void run(long run, int count, int worker) {
                int[] whole = loadInts(1, run, worker, count);
                float[] values = floats(0, worker);
                for (int i = 0; i < count; i++) {
                    values[i] = whole[i];
                }
                target.store(values, 0, bytes(0), at(0, run), count);
            }
        };
    }

    private Launch toIntegers(List<Buffer> places) {
        return new Runs(places) {
            @Override
            void run(long run, int count, int worker) {
                float[] values = loadFloats(1, run, worker, count);
                int[] whole = ints(0, worker);
                for (int i = 0; i < count; i++) {
                    whole[i] = (int) values[i];
                }
                storeInts(0, run, whole, count);
            }
        };
    }

    private Launch betweenFloats(List<Buffer> places) {
        Lanes target = Lanes.of(places.getFirst().type());
        return new Runs(places) {
            @Override
            void run(long run, int count, int worker) {
                target.store(loadFloats(1, run, worker, count), 0, bytes(0), at(0, run), count);
            }
        };
    }

    private Launch copy(List<Buffer> places) {
        int elementBytes = places.getFirst().type().blockBytes();
        return new Runs(places) {
            @Override
            void run(long run, int count, int worker) {
                MemorySegment.copy(bytes(1), at(1, run), bytes(0), at(0, run), (long) count * elementBytes);
            }
        };
    }

    Lookup<Unary.In<Buffer>> unary(Unary op, Unary.In<Tensor> in, List<Tensor> out) {
        if (op.function().equals(Unary.COPY)) {
            return in.x().type().scalar()
                    ? Lookup.kernel((operands, outputs, workspace) -> copy(List.of(outputs.getFirst(), operands.x())))
                    : Lookup.unsupported("no copy of " + in.x().type());
        }
        Functions.OfOne function = Functions.of(op.function());
        return Lookup.kernel((operands, outputs, workspace) -> {
            return new Runs(List.of(outputs.getFirst(), operands.x())) {
                @Override
                void run(long run, int count, int worker) {
                    float[] values = loadFloats(1, run, worker, count);
                    function.apply(values, floats(0, worker), floats(2, worker), count);
                    storeFloats(0, run, floats(0, worker), count);
                }
            };
        });
    }

    Lookup<Binary.In<Buffer>> binary(Binary op, Binary.In<Tensor> in, List<Tensor> out) {
        boolean whole = in.a().type().equals(DType.I32);
        Binary.Function function = op.function();
        return Lookup.kernel((operands, outputs, workspace) -> {
            List<Buffer> places = List.of(outputs.getFirst(), operands.a(), operands.b());
            if (whole) {
                return integers(function, places);
            }
            return function.comparison() ? compared(function, places) : numbers(function, places);
        });
    }

    private Launch integers(Binary.Function function, List<Buffer> places) {
        return new Runs(places) {
            @Override
            void run(long run, int count, int worker) {
                int[] a = loadInts(1, run, worker, count);
                int[] b = loadInts(2, run, worker, count);
                int[] result = ints(0, worker);
                for (int i = 0; i < count; i++) {
                    result[i] = function.whole().applyAsInt(a[i], b[i]);
                }
                storeInts(0, run, result, count);
            }
        };
    }

    private Launch compared(Binary.Function function, List<Buffer> places) {
        return new Runs(places) {
            @Override
            void run(long run, int count, int worker) {
                float[] a = loadFloats(1, run, worker, count);
                float[] b = loadFloats(2, run, worker, count);
                int[] result = ints(0, worker);
                for (int i = 0; i < count; i++) {
                    result[i] = (int) function.meaning().applyAsDouble(a[i], b[i]);
                }
                storeInts(0, run, result, count);
            }
        };
    }

    private Launch numbers(Binary.Function function, List<Buffer> places) {
        Functions.OfTwo meaning = Functions.of(function);
        return new Runs(places) {
            @Override
            void run(long run, int count, int worker) {
                float[] a = loadFloats(1, run, worker, count);
                float[] b = loadFloats(2, run, worker, count);
                meaning.apply(a, b, floats(0, worker), count);
                storeFloats(0, run, floats(0, worker), count);
            }
        };
    }

    Lookup<Select.In<Buffer>> select(Select op, Select.In<Tensor> in, List<Tensor> out) {
        return Lookup.kernel((operands, outputs, workspace) -> {
            return new Runs(List.of(outputs.getFirst(), operands.yes(), operands.no(), operands.condition())) {
                @Override
                void run(long run, int count, int worker) {
                    int[] yes = loadInts(1, run, worker, count); // of either type: 32 bits are moved
                    int[] no = loadInts(2, run, worker, count);
                    int[] condition = loadInts(3, run, worker, count);
                    int[] result = ints(0, worker);
                    for (int i = 0; i < count; i++) {
                        result[i] = condition[i] != 0 ? yes[i] : no[i];
                    }
                    storeInts(0, run, result, count);
                }
            };
        });
    }

    /** A launch that treats runs of its operands; the output is the operand 0. */
    private abstract class Runs implements Launch, WorkerPool.Task {
        private final Walk walk;
        private final MemorySegment[] segments;
        private final Lanes[] lanes;
        private long units;
        private int pieces;

        Runs(List<Buffer> places) {
            walk = new Walk(places.getFirst(), places);
            segments = places.stream().map(HostMemory::segment).toArray(MemorySegment[]::new);
            lanes = places.stream().map(place -> Lanes.of(place.type())).toArray(Lanes[]::new);
        }

        abstract void run(long run, int count, int worker);

        @Override
        public final void run(Queue queue, StepShape step) {
            units = walk.begin(step);
            pieces = workers.pieces(units, walk.effort());
            workers.pool().run(pieces, this);
        }

        @Override
        public final void run(int piece, int worker) {
            long end = units * (piece + 1) / pieces;
            for (long unit = units * piece / pieces; unit < end; unit++) {
                run(unit, walk.length(unit), worker);
            }
        }

        MemorySegment bytes(int operand) {
            return segments[operand];
        }

        long at(int operand, long run) {
            return walk.at(operand, run);
        }

        float[] floats(int slot, int worker) {
            return workers.scratch().floats(slot, worker);
        }

        int[] ints(int slot, int worker) {
            return workers.scratch().ints(slot, worker);
        }

        float[] loadFloats(int operand, long run, int worker, int count) {
            float[] values = floats(operand, worker);
            boolean repeats = walk.repeats(operand);
            lanes[operand].load(segments[operand], at(operand, run), values, 0, repeats ? 1 : count);
            if (repeats) {
                Arrays.fill(values, 1, count, values[0]);
            }
            return values;
        }

        int[] loadInts(int operand, long run, int worker, int count) {
            int[] values = ints(operand, worker);
            boolean repeats = walk.repeats(operand);
            MemorySegment.copy(segments[operand], Lanes.INT, at(operand, run), values, 0, repeats ? 1 : count);
            if (repeats) {
                Arrays.fill(values, 1, count, values[0]);
            }
            return values;
        }

        void storeFloats(int operand, long run, float[] values, int count) {
            MemorySegment.copy(values, 0, segments[operand], Lanes.FLOAT, at(operand, run), count);
        }

        void storeInts(int operand, long run, int[] values, int count) {
            MemorySegment.copy(values, 0, segments[operand], Lanes.INT, at(operand, run), count);
        }
    }
}
