import { sleep } from 'n8n-workflow';

import type { HookItem } from './delivery';

/**
 * Many deliveries at once, as after a mass edit in amoCRM. An execution costs n8n several times what a delivery costs, so
 * what arrives while n8n is still storing an execution waits, and shares the next one. n8n 2 answers when it has stored;
 * n8n 1 answers before, so there fewer share.
 */

/** What a `ServerResponse` tells about itself. */
export interface Answer {
	statusCode: number;
	writableEnded: boolean;
	destroyed: boolean;
	once(event: 'close', listener: () => void): unknown;
}

interface Group {
	items: HookItem[];
	/** Whether it takes more items. */
	isOpen: boolean;
	/** Whether n8n has stored the execution of these items. */
	stored: Promise<boolean>;
}

/** As many as one batched request for full records takes. */
const MAX_ITEMS = 250;
/** amoCRM waits two seconds (extended facts 1.5); most of them belong to n8n. */
const LONGEST_WAIT_MS = 500;
/** After that nobody waits for the answer any more. */
const LONGEST_STORING_MS = 10_000;
const LOOK_EVERY_MS = 20;

/** The youngest group of each node, until it is stored. */
const latest = new Map<string, Group>();

/**
 * Gives the items to start an execution with: those of this delivery, and of the deliveries that came while it waited for
 * its turn. For a delivery whose items another one took along: whether the execution is stored, once that is known.
 */
export async function gather(scope: string, items: HookItem[], answer: Answer): Promise<HookItem[] | boolean> {
	const last = latest.get(scope);
	if (last?.isOpen && last.items.length + items.length <= MAX_ITEMS) {
		last.items.push(...items);
		return await last.stored;
	}
	const group: Group = { items: [...items], isOpen: !answer.destroyed, stored: isAnswered(answer) };
	latest.set(scope, group);
	void group.stored.then(() => {
		if (latest.get(scope) === group) latest.delete(scope);
	});
	if (last) await Promise.race([last.stored, sleep(LONGEST_WAIT_MS)]);
	group.isOpen = false;
	return group.items;
}

/**
 * n8n answers a delivery once it has stored its execution, or could not: whoever has hung up misses the answer, but n8n
 * still gives it. It tells nobody then, so it is looked for.
 */
async function isAnswered(answer: Answer): Promise<boolean> {
	if (answer.destroyed) return false;
	await new Promise<void>((resolve) => void answer.once('close', resolve));
	for (let waited = 0; !answer.writableEnded && waited < LONGEST_STORING_MS; waited += LOOK_EVERY_MS) await sleep(LOOK_EVERY_MS);
	return answer.writableEnded && answer.statusCode < 300;
}
