/** Loaded before a measured program: says on its last line how much memory it held at its peak. */
process.on('exit', () => {
  process.stderr.write(`\npeak ${process.resourceUsage().maxRSS}\n`);
});
