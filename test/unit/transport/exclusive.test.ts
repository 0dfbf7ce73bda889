import { exclusively } from '../../../nodes/AmoCrm/transport/exclusive';

/** On a busy machine a loop over keys may give way first. */
async function turn() {
	for (let round = 0; round < 3; round++) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Work that ends when told, and the order in which works begin. */
function stage() {
	const begun: string[] = [];
	const ends = new Map<string, () => void>();
	const start = (name: string, keys: string[], signal?: AbortSignal) =>
		exclusively({ keys, signal }, async () => {
			begun.push(name);
			await new Promise<void>((resolve) => ends.set(name, resolve));
			return name;
		});
	const end = async (name: string) => {
		ends.get(name)?.();
		await turn();
	};
	return { begun, start, end };
}

describe('work with common keys', () => {
	it('goes one after the other, in the order of arrival; other work goes on beside it', async () => {
		const { begun, start, end } = stage();
		const all = [start('a', ['1', '2']), start('b', ['2', '3']), start('c', ['3', '1']), start('d', ['4'])];
		await turn();
		expect(begun).toEqual(['a', 'd']);
		await end('a');
		expect(begun).toEqual(['a', 'd', 'b']);
		await end('b');
		expect(begun).toEqual(['a', 'd', 'b', 'c']);
		await end('c');
		await end('d');
		expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
	});

	it('never blocks itself, whatever order the keys stand in', async () => {
		const order = Array.from({ length: 200 }, (_, index) => index);
		const keysOf = (index: number) => Array.from({ length: 5 }, (_, step) => String((index * 7 + step * step) % 11));
		let underWay = new Set<string>();
		await Promise.all(
			order.map(async (index) => {
				const keys = index % 2 === 0 ? keysOf(index) : keysOf(index).reverse();
				await exclusively({ keys }, async () => {
					expect(keys.filter((key) => underWay.has(key))).toEqual([]);
					underWay = new Set([...underWay, ...keys]);
					await turn();
					for (const key of keys) underWay.delete(key);
				});
			}),
		);
	});

	it('ends its waiting when it is stopped, and those behind still wait for those before', async () => {
		const { begun, start, end } = stage();
		const stop = new AbortController();
		const first = start('first', ['1']);
		const stopped = start('stopped', ['1', '2'], stop.signal);
		const behind = start('behind', ['2', '1']);
		const refused = expect(stopped).rejects.toThrow('stopped by the user');
		stop.abort(new Error('stopped by the user'));
		await refused;
		await turn();
		expect(begun).toEqual(['first']);
		await end('first');
		expect(begun).toEqual(['first', 'behind']);
		await end('behind');
		expect(await Promise.all([first, behind])).toEqual(['first', 'behind']);
	});

	it('does not begin when it is stopped already, and leaves nothing behind it waiting', async () => {
		const { begun, start, end } = stage();
		await expect(start('late', ['1'], AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
		const next = start('next', ['1']);
		await turn();
		await end('next');
		expect(await next).toBe('next');
		expect(begun).toEqual(['next']);
	});

	it('goes on after work that failed', async () => {
		await expect(exclusively({ keys: ['1'] }, async () => await Promise.reject(new Error('failed')))).rejects.toThrow('failed');
		expect(await exclusively({ keys: ['1'] }, async () => 'next')).toBe('next');
	});
});
