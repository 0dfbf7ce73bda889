import { sleep } from 'n8n-workflow';

/** n8n's timers cannot be stopped in all its versions: short ones in a row leave none behind for long. */
const NAP_MS = 1000;

/**
 * What `work` gives, or `late` when that takes longer than `ms`; what comes of it then is ignored. The last nap goes on after
 * that, and holds nothing of it.
 */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | 'late'> {
	const due = performance.now() + ms;
	let giveUp: ((word: 'late') => void) | undefined;
	const late = new Promise<'late'>((resolve) => (giveUp = resolve));
	const watch = async (): Promise<void> => {
		for (let left = ms; giveUp && left > 0; left = due - performance.now()) await sleep(Math.min(NAP_MS, left));
		giveUp?.('late');
	};
	void watch();
	return await Promise.race([work, late]).finally(() => (giveUp = undefined));
}
