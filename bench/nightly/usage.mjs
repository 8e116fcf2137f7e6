/** Loaded before a measured program: says on its last line how much memory it held at its peak, and its seconds of processor. */
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  process.stderr.write(`\npeak ${maxRSS} cpu ${((userCPUTime + systemCPUTime) / 1e6).toFixed(2)}\n`);
});
