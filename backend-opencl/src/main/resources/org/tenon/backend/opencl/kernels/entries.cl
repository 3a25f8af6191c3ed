// What is found of the best lies in the room as one number each, an entry, so that larger is better: the order of the value in the upper half, and in the
// lower how far the index is from the last there can be. No two of a row are the same.

#define LAST 0x7FFFFFFFu

// The order of values as that of whole numbers: NaN above all, both zeros the same.
static inline long entry(float x, ulong index) {
    int bits = as_int(x), size = bits & 0x7FFFFFFF;
    bits = size > 0x7F800000 ? 0x7FC00000 : size == 0 ? 0 : bits;
    return upsample(bits ^ (bits >> 31 & 0x7FFFFFFF), LAST - (uint) index);
}

#define INDEX(entry) (LAST - (uint) (entry))
