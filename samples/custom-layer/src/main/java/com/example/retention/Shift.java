package com.example.retention;

import org.tenon.api.layer.LayerSpec;

/**
 * Token shift (Peng et al. 2023, <a href="https://arxiv.org/abs/2305.13048">arXiv:2305.13048</a>, section 3.1): each channel of a row is mixed with the
 * same channel of the row before, {@code y[t] = weight[1] * x[t] + weight[0] * x[t - 1]}; before the first row lie zeros.
 */
public record Shift() implements LayerSpec {}
