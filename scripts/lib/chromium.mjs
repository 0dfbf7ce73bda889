import { existsSync } from 'node:fs';
import { run } from './processes.mjs';
import { step } from './progress.mjs';

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

	if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
		const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
		await step('Installing Chromium', async () => {
			await run('apt-update', 'apt-get', ['update'], { env });
			await run('apt-install', 'apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { env });
		});
	}
	const installed = find();
	if (installed) return installed;
	throw new Error(
		'The browser tests need Chromium or Chrome. Install it (Debian: apt-get install chromium), or name one in CHROMIUM_PATH.\n' +
			'The tests without a browser: npm run test:n8n -- --no-browser',
	);
}
