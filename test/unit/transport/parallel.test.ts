import { giveWay, grouped, inParallel, inTurns } from '../../../nodes/AmoCrm/transport/parallel';

const busy = (ms: number) => {
	const until = performance.now() + ms;
	while (performance.now() < until);
};

/** Calls `each` in every turn of the event loop until it is told to stop. */
function watch(each: () => void): () => void {
	let isOn = true;
	const look = (): void => {
		each();
		if (isOn) setImmediate(look);
	};
	setImmediate(look);
	return () => {
		isOn = false;
	};
}

it('many entries are worked on in order, and others get their turn meanwhile', async () => {
	let inOneTurn = 0;
	let most = 0;
	const stop = watch(() => {
		inOneTurn = 0;
	});
	const results = await inTurns(Array.from({ length: 300 }, (_, index) => index), (entry, index) => {
		busy(1);
		most = Math.max(most, ++inOneTurn);
		return [entry, index];
	});
	stop();
	expect(results).toEqual(results.map((_, index) => [index, index]));
	// In one piece it is 300; a busy machine may have two short pieces follow each other.
	expect(most).toBeLessThanOrEqual(100);
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

test('loops that follow each other without an answer in between share one turn', async () => {
	let turns = 0;
	const stop = watch(() => {
		turns += 1;
	});
	for (let loop = 0; loop < 20; loop++) {
		await inTurns([1], () => busy(10));
		await giveWay();
	}
	stop();
	expect(turns).toBeGreaterThanOrEqual(5);
});

test('groups keep the order of their entries, and are in the order of their first ones', async () => {
	expect([...(await grouped([5, 2, 3, 4, 1], (entry) => entry % 2))]).toEqual([[1, [5, 3, 1]], [0, [2, 4]]]);
});
