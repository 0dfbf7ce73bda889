/**
 * `npm run test:fuzz`: hostile values in every parameter of both nodes, from a fresh seed. `FUZZ_RUNS=500` tries more,
 * `FUZZ_SEED=7` plays a run again, `FUZZ_SHRINK=1` makes what fails small. Options go to jest.
 */
process.env.FUZZ_SEED ??= String(Date.now() % 2 ** 31);
process.env.FUZZ_RUNS ??= '100';
console.log(`FUZZ_SEED=${process.env.FUZZ_SEED} FUZZ_RUNS=${process.env.FUZZ_RUNS}`);
process.argv.splice(2, 0, '-c', 'test/hostile/jest.config.js', 'test/hostile/fuzz.test.ts');
await import('./test.mjs');
