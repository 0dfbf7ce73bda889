import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Tables in the repository that tests write: `UPDATE_TABLES=1 npm run test:conformance` brings them up to date. */

const ROOT = join(__dirname, '../..');

/** Fails when the file of the repository differs from what the tests say it should hold. */
export function expectGenerated(path: string, text: string): void {
	const file = join(ROOT, path);
	if (process.env.UPDATE_TABLES) writeFileSync(file, text);
	expect(readFileSync(file, 'utf8')).toBe(text);
}
