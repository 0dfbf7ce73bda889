import { existsSync } from 'node:fs';
import { installDebianPackage } from './debian.mjs';

const KNOWN = [
	process.env.CHROMIUM_PATH,
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const find = () => KNOWN.find((path) => path && existsSync(path));

/** The browser of the end-to-end tests: one that is there, or Debian's own, installed when we may. */
export async function ensureChromium() {
	const found = find();
	if (found) return found;

	await installDebianPackage('Chromium', 'chromium');
	const installed = find();
	if (installed) return installed;
	throw new Error(
		'The browser tests need Chromium or Chrome. Install it (Debian: apt-get install chromium), or name one in CHROMIUM_PATH.\n' +
			'The tests without a browser: npm run test:n8n -- --no-browser',
	);
}
