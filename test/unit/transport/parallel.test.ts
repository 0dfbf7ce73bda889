import { monitorEventLoopDelay } from 'node:perf_hooks';

import { inParallel, inTurns } from '../../../nodes/AmoCrm/transport/parallel';

const busy = (ms: number) => {
	const until = performance.now() + ms;
	while (performance.now() < until);
};

it('many entries are worked on in order, and others get their turn meanwhile', async () => {
	const delay = monitorEventLoopDelay({ resolution: 5 });
	delay.enable();
	const results = await inTurns(Array.from({ length: 300 }, (_, index) => index), (entry, index) => {
		busy(1);
		return [entry, index];
	});
	delay.disable();
	expect(results).toEqual(results.map((_, index) => [index, index]));
	// In one piece it is 300 ms.
	expect(delay.max / 1e6).toBeLessThan(150);
});

it('falsy entries are entries, and no more are under way than allowed', async () => {
	const done: unknown[] = [];
	let underWay = 0;
	let most = 0;
	await inParallel([0, '', undefined, null, 1, 2, 3], 2, async (entry) => {
		most = Math.max(most, ++underWay);
		await Promise.resolve();
		underWay -= 1;
		done.push(entry);
	});
	expect(done).toEqual([0, '', undefined, null, 1, 2, 3]);
	expect(most).toBe(2);
});
