// Measures llama.cpp as it comes in the npm packages node-llama-cpp and @node-llama-cpp/linux-x64: one JSON object on the standard output.
//
//     npm install node-llama-cpp @node-llama-cpp/linux-x64
//     node llama_cpp.mjs FILE.gguf PROMPT GENERATE THREADS REPEATS

import {getLlama} from "node-llama-cpp";

const [file, prompt, generate, threads, repeats] = process.argv.slice(2).map((word, i) => (i === 0 ? word : Number(word)));
const llama = await getLlama({build: "never", gpu: false, logLevel: "error"});
const model = await llama.loadModel({modelPath: file});
const context = await model.createContext({
    contextSize: prompt + generate + 8,
    batchSize: Math.max(prompt, 512),
    threads,
    sequences: 1,
});
const sequence = context.getSequence();

function median(values) {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[sorted.length >> 1];
}

const vocabulary = model.fileInfo.metadata.llama.vocab_size;
let state = 1;
function id() {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // Numerical Recipes
    return state % (vocabulary - 1000);
}

const rounds = [];
for (let round = 0; round <= repeats; round++) {
    await sequence.clearHistory();
    const tokens = Array.from({length: prompt}, id);
    const count = round === 0 ? 8 : generate;
    const times = [performance.now()];
    for await (const _ of sequence.evaluate(tokens, {temperature: 0, yieldEogToken: true})) {
        times.push(performance.now());
        if (times.length > count) break;
    }
    if (round > 0) {
        rounds.push({
            prefill: (1000 * prompt) / (times[1] - times[0]),
            decode: 1000 / median(times.slice(2).map((time, i) => time - times[i + 1])),
        });
    }
}
console.log(
    JSON.stringify({
        prefill: {tokens_per_second: Math.max(...rounds.map((round) => round.prefill))},
        decode: {tokens_per_second: Math.max(...rounds.map((round) => round.decode))},
        threads,
        rounds,
    }),
);
process.exit(0);
