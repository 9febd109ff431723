// Assembles WebAssembly: each line of the input is a module's text in JSON, each line of the output its bytes in base64.
require("wabt")().then(async (wabt) => {
  for await (const line of require("node:readline").createInterface({ input: process.stdin })) {
    let answer;
    try {
      const module = wabt.parseWat("module.wat", JSON.parse(line), { simd: true, relaxed_simd: true, bulk_memory: true });
      module.validate();
      answer = { bytes: Buffer.from(module.toBinary({}).buffer).toString("base64") };
      module.destroy();
    } catch (error) {
      answer = { error: String(error.message) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
});
