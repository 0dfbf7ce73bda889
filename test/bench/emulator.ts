import { fork } from 'node:child_process';
import { once } from 'node:events';
import { startEmulator } from '../../emulator';

/**
 * `npm run bench:emulator`: how fast the emulator itself is, over HTTP, in a process of its own.
 * Writes 10,000 leads, then 100,000, and reads pages of 250 in every order, near and far.
 */

const SEEDED = 10_000;
const TOTAL = 100_000;
const PAGE = 250;
const PAGES_PER_ORDER = 60;

const GOALS = { seedMs: 2_000, pageMs: 20, rssMb: 400 };

interface Started {
	url: string;
	token: string;
	/** Of the custom fields every lead gets. */
	fields: { select: number; option: number; numeric: number };
}

if (process.send) void serve();
else void main();

interface Usage {
	/** Largest so far. */
	rssMb: number;
	/** Processor time so far: what counts on a machine that has other work too. */
	cpuMs: number;
}

/** The child: an emulator that tells what it has used when asked. */
async function serve(): Promise<void> {
	const emulator = await startEmulator({ language: 'en' });
	const field = (type: string) => emulator.account.fieldsOf('leads').find((row) => row.type === type);
	const select = field('select');
	const started: Started = {
		url: emulator.url,
		token: emulator.issueToken().accessToken,
		fields: { select: select?.id ?? 0, option: select?.enums?.[0]?.id ?? 0, numeric: field('numeric')?.id ?? 0 },
	};
	process.send?.(started);
	process.on('message', () => {
		const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
		process.send?.({ rssMb: maxRSS / 1024, cpuMs: (userCPUTime + systemCPUTime) / 1000 } satisfies Usage);
	});
	process.on('disconnect', () => process.exit());
}

async function main(): Promise<void> {
	const child = fork(__filename, { execArgv: process.execArgv });
	const [started] = (await once(child, 'message')) as [Started];
	const usage = async () => {
		child.send('usage');
		return ((await once(child, 'message')) as [Usage])[0];
	};
	const cpu = async (run: () => Promise<void>) => {
		const { cpuMs: before } = await usage();
		await run();
		return (await usage()).cpuMs - before;
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

	const { rssMb } = await usage();
	line('largest memory', `${Math.round(rssMb)} MB`, rssMb < GOALS.rssMb, `under ${GOALS.rssMb} MB`);
	child.disconnect();
	await once(child, 'exit');
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
