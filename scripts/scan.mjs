/**
 * The checks of n8n's package scanner, offline: its linter rules on the sources and on the packed tarball.
 * What it checks besides (npm provenance, a public repository) exists only after a release.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyzePackage, SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';
import { ensureTarball } from './lib/pack.mjs';
import { root } from './lib/paths.mjs';
import { run } from './lib/processes.mjs';

const { file } = await ensureTarball();
const unpacked = mkdtempSync(join(tmpdir(), 'scan-'));
try {
	await run('unpack', 'tar', ['-xzf', file, '-C', unpacked]);
	const scans = [
		['the sources', root, SOURCE_FILE_PATTERNS],
		['the tarball', join(unpacked, 'package'), ['**/*.js', 'package.json']],
	];
	for (const [name, folder, patterns] of scans) {
		const result = await analyzePackage(folder, patterns);
		if (!result.passed) {
			console.error(`n8n's scanner refuses ${name}: ${result.message}\n${result.details ?? ''}`);
			process.exitCode = 1;
		} else console.log(`n8n's scanner passes ${name}`);
	}
} finally {
	rmSync(unpacked, { recursive: true, force: true });
}
