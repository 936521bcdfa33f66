#!/usr/bin/env node
import { keepCompiled } from './compile-cache.ts';

// What is imported from here on is kept compiled: this file imports nothing else beforehand.
keepCompiled(process.env);
const { runCommandLine } = await import('./command-line.ts');
await runCommandLine(process.argv);
