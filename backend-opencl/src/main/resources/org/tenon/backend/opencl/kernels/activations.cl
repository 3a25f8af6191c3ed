#include "common.cl"

// A function by its place in the list that Elementwise.java has.
static inline float activated(uint function, float x) {
    switch (function) {
    case 0: // SiLU
        return x * (1.0f / (1.0f + exp(-x)));
    case 1: // GELU
        return 0.5f * x * (1.0f + erf(x * M_SQRT1_2_F));
    case 2: // the tanh of sqrt(2 / pi) (x + 0.044715 x^3)
        return 0.5f * x * (1.0f + tanh(0.7978845608f * (x + 0.044715f * x * x * x)));
    case 3: // ReLU
        return x < 0 ? 0 : x;
    case 4: // its square
        return x < 0 ? 0 : x * x;
    default:
        return tanh(x);
    }
}
