#!/bin/sh
# Compiles the C kernels into one shared library: build.sh OUT, where OUT receives libtenoncpu.so.
# Where they can't be compiled (another system, no C compiler) it says so and leaves nothing: the Java kernels serve.
set -eu
cd "$(dirname "$0")"
out=$1
library=$out/libtenoncpu.so
compiler=${CC:-cc}

case "$(uname -s)-$(uname -m)" in
Linux-x86_64) ;;
*)
    echo "the C kernels are for Linux on x86-64, not $(uname -s) on $(uname -m): left out"
    rm -f "$library"
    exit
    ;;
esac
if ! command -v "$compiler" > /dev/null; then
    echo "no C compiler ($compiler): the C kernels are left out"
    rm -f "$library"
    exit
fi
if [ -f "$library" ] && [ -z "$(find . -newer "$library" -type f)" ]; then
    exit
fi

# No -ffast-math: NaN, infinities and the order of sums are part of what a kernel promises. What is given up of the C standard is errno,
# traps, and the rounding of a product before it is added (fp-contract), which only makes sums more exact.
flags="-std=gnu17 -O3 -fPIC -fvisibility=hidden -fno-math-errno -fno-trapping-math -ffp-contract=fast -Wall -Wextra -Werror"

objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

# compile SUFFIX FLAGS...: every kernel for one instruction set; its functions' names end in the suffix.
compile() {
    isa=$1
    shift
    for source in kernels/*.c; do
        # shellcheck disable=SC2086
        "$compiler" $flags "$@" -DISA="$isa" -I. -c "$source" -o "$objects/$(basename "$source" .c)-$isa.o"
    done
}

# shellcheck disable=SC2086
"$compiler" $flags -c isa.c -o "$objects/isa.o"
compile generic -march=x86-64
compile avx2 -mavx2 -mfma -mf16c
compile avx512 -mavx2 -mfma -mf16c -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512
compile avx512bf16 -mavx2 -mfma -mf16c -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512bf16 -mprefer-vector-width=512

mkdir -p "$out"
"$compiler" -shared -Wl,--as-needed -Wl,-z,defs -s -o "$library.tmp" "$objects"/*.o -lm
mv "$library.tmp" "$library"
