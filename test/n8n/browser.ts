import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type BrowserContext, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';
import { work } from '../../scripts/lib/paths.mjs';

/** Nothing that looks for the network: on a machine without one, those look-ups slow every start down. */
const FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

export interface Browser {
	context: BrowserContext;
	page: Page;
	/** Saves what the page shows now, or a part of it, as `.work/screenshots/<suite>/<number>-<name>.png`. */
	shot(name: string, shown?: Page | Locator): Promise<void>;
	/** A second window, beside the first one: a tab behind another one would be put to sleep. */
	anotherWindow(): Promise<Browser>;
	close(): Promise<void>;
}

/** `look` wins over how the windows look otherwise. */
export async function openBrowser(suite: string, look: BrowserContextOptions = {}): Promise<Browser> {
	const folder = join(work, 'screenshots', suite);
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH || '/usr/bin/chromium', args: FLAGS });

	let shots = 0;
	const openWindow = async (): Promise<Browser> => {
		const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...look });
		// n8n's pages name fonts and images elsewhere; only this machine is to be asked.
		await context.route(
			({ hostname }) => !['localhost', '127.0.0.1'].includes(hostname),
			async (route) => await route.abort(),
		);
		context.setDefaultTimeout(60_000);
		const page = await context.newPage();
		return {
			context,
			page,
			shot: async (name, shown = page) => {
				shots += 1;
				const file = `${String(shots).padStart(2, '0')}-${name}.png`;
				await shown.screenshot({ path: join(folder, file) });
			},
			anotherWindow: openWindow,
			close: async () => await browser.close(),
		};
	};
	return await openWindow();
}
