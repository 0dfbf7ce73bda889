import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/**
 * `npm run bench:emulator`: how fast the emulator itself is, over HTTP, in a process of its own.
 * Writes 10,000 leads, then 100,000, and reads pages of 250 in every order, near and far.
 */

const SEEDED = 10_000;
const TOTAL = 100_000;
const PAGE = 250;
const PAGES_PER_ORDER = 60;

const GOALS = { seedMs: 2_000, pageMs: 20, rssMb: 400 };

interface Usage {
	largestMemoryMb: number;
	processorMs: number;
}

interface Started {
	url: string;
	token: string;
	/** Of the custom fields every lead gets. */
	fields: { select: number; option: number; numeric: number };
}

void main();

async function main(): Promise<void> {
	const cli = join(__dirname, '..', '..', 'emulator', 'cli.ts');
	const child = spawn(process.execPath, ['--require', 'tsx/cjs', cli, '--port', '0', '--seed', 'empty', '--no-rate-limit'], { stdio: ['ignore', 'pipe', 'inherit'] });
	const [greeting] = (await once(child.stdout, 'data')) as [Buffer];
	const started = await open(/http:\/\/localhost:\d+/.exec(greeting.toString())?.[0] ?? '');
	await measure(started);
	child.kill();
	await once(child, 'exit');
}

async function open(url: string): Promise<Started> {
	const control = await fetch(`${url}/__emulator/tokens`, { method: 'POST' });
	const { accessToken: token } = (await control.json()) as { accessToken: string };
	const answer = await fetch(`${url}/api/v4/leads/custom_fields?filter[type]=select,numeric`, { headers: { authorization: `Bearer ${token}` } });
	const { _embedded } = (await answer.json()) as { _embedded: { custom_fields: { id: number; type: string; enums: { id: number }[] | null }[] } };
	const field = (type: string) => _embedded.custom_fields.find((row) => row.type === type);
	const select = field('select');
	return { url, token, fields: { select: select?.id ?? 0, option: select?.enums?.[0]?.id ?? 0, numeric: field('numeric')?.id ?? 0 } };
}

async function measure(started: Started): Promise<void> {
	const usage = async () => ((await (await fetch(`${started.url}/__emulator/state`)).json()) as { process: Usage }).process;
	/** Processor time of the emulator: what counts on a machine that has other work too. */
	const cpu = async (run: () => Promise<void>) => {
		const { processorMs: before } = await usage();
		await run();
		return (await usage()).processorMs - before;
	};
	let seedMs = 0;
	const seedCpu = await cpu(async () => void (seedMs = await timed(() => write(started, 0, SEEDED))));
	line(`${thousands(SEEDED)} leads written`, `${ms(seedMs)}, processor ${ms(seedCpu)}`, seedMs < GOALS.seedMs, `under ${ms(GOALS.seedMs)}`);
	let restMs = 0;
	const restCpu = await cpu(async () => void (restMs = await timed(() => write(started, SEEDED, TOTAL))));
	line(`${thousands(TOTAL)} leads written`, `${ms(seedMs + restMs)}, processor ${ms(seedCpu + restCpu)}`);

	const all: number[] = [];
	for (const order of ['', 'order[id]=asc', 'order[id]=desc', 'order[created_at]=desc', 'order[updated_at]=desc']) {
		const times: number[] = [];
		// The first page after so many writes sorts them; it is told apart.
		const first = await timed(() => read(started, order, 1));
		const used = await cpu(async () => {
			for (let index = 0; index < PAGES_PER_ORDER; index += 1) {
				const last = TOTAL / PAGE;
				const page = index % 3 === 0 ? 1 + index / 3 : index % 3 === 1 ? last - Math.floor(index / 3) : 1 + ((index * 97) % last);
				times.push(await timed(() => read(started, order, page)));
			}
		});
		all.push(...times);
		const each = `processor ${ms(used / PAGES_PER_ORDER)} a page`;
		line(`pages by ${order || 'default order'}`, `median ${ms(median(times))}, slowest ${ms(Math.max(...times))}, first ${ms(first)}, ${each}`);
	}
	line(`a page of ${PAGE} from ${thousands(TOTAL)}, median`, ms(median(all)), median(all) < GOALS.pageMs, `under ${ms(GOALS.pageMs)}`);

	const { largestMemoryMb: rss } = await usage();
	line('largest memory', `${rss} MB`, rss < GOALS.rssMb, `under ${GOALS.rssMb} MB`);
}

/** Batches of 250, as many clients send them. */
async function write({ url, token, fields }: Started, from: number, to: number): Promise<void> {
	for (let at = from; at < to; at += PAGE) {
		const leads = Array.from({ length: PAGE }, (_, index) => ({
			name: `Lead ${at + index}`,
			price: at + index,
			created_at: 1_700_000_000 + ((at + index) * 7_919) % 10_000_000,
			tags_to_add: [{ name: `tag ${index % 20}` }],
			custom_fields_values: [
				{ field_id: fields.select, values: [{ enum_id: fields.option }] },
				{ field_id: fields.numeric, values: [{ value: index }] },
			],
		}));
		await call(`${url}/api/v4/leads`, token, leads);
	}
}

const read = ({ url, token }: Started, order: string, page: number) => call(`${url}/api/v4/leads?limit=${PAGE}&page=${page}&${order}`, token);

async function call(url: string, token: string, body?: unknown): Promise<void> {
	const response = await fetch(url, {
		method: body === undefined ? 'GET' : 'POST',
		headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
		body: body === undefined ? undefined : JSON.stringify(body),
	});
	await response.arrayBuffer();
	if (response.status !== 200) throw new Error(`${response.status} for ${url}`);
}

async function timed(run: () => Promise<void>): Promise<number> {
	const before = performance.now();
	await run();
	return performance.now() - before;
}

const median = (numbers: number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
const ms = (value: number): string => `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`;
const thousands = (value: number): string => value.toLocaleString('en');

function line(what: string, value: string, good?: boolean, goal?: string): void {
	const verdict = goal === undefined ? '' : `   ${good ? 'ok' : 'MISSED'}: ${goal}`;
	process.stdout.write(`${what.padEnd(40)}${value}${verdict}\n`);
}
