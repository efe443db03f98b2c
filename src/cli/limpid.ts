#!/usr/bin/env node
import { main } from '#/cli/main';

process.exitCode = await main(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  errIsTerminal: process.stderr.isTTY,
  threadEntry: new URL('./compute.thread.js', import.meta.url),
});
