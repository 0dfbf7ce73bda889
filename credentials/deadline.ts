import { sleep } from 'n8n-workflow';

/** n8n's timers cannot be stopped in all its versions: short ones in a row leave none behind for long. */
const NAP_MS = 1000;

/** What `work` gives, or `late` when that takes longer than `ms`; what comes of it then is ignored. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | 'late'> {
	const due = performance.now() + ms;
	let isOver = false;
	const watch = async (): Promise<'late'> => {
		for (let left = ms; !isOver && left > 0; left = due - performance.now()) await sleep(Math.min(NAP_MS, left));
		return 'late';
	};
	return await Promise.race([work.finally(() => (isOver = true)), watch()]);
}
