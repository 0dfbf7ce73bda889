import type { Change } from '../events/changes';
import type { WebhookRow } from '../store/moreRows';
import type { World } from '../world';
import { encodeHook } from './encode';
import { piecesOf, stagePiece, type Piece } from './payload';

/** Sends hooks, repeats the failed ones, switches hopeless receivers off. facts: extended 1.5 */

export interface Delivery {
	at: number;
	destination: string;
	code: string;
	body: string;
	/** 1 to 5. */
	attempt: number;
	/** 0: no connection; no answer in time counts as the switch `webhookTimeoutStatus` says. */
	status: number;
}

/** A delivery to be made at `at`: a retry, or what a shutdown has interrupted. */
interface Waiting {
	at: number;
	hookId: number;
	code: string;
	body: string;
	attempt: number;
}

/** What outlives a restart. */
export interface DeliveryState {
	waiting: Waiting[];
	/** By id of the hook: when its receiver answered badly. */
	bad: [number, number[]][];
}

const TIMEOUT_MS = 2_000;
const MINUTE = 60_000;
/** Wait before attempts 2 to 5; the last two only after 499 and 5xx. */
const RETRY_AFTER = [5 * MINUTE, 15 * MINUTE, 15 * MINUTE, 60 * MINUTE];
const PATIENT_ATTEMPTS = 3;
const BAD_WINDOW = 120 * MINUTE;
const BAD_LIMIT = 100;
const MOST_ITEMS = 250;

export class Deliveries {
	readonly log: Delivery[] = [];

	private queue: Piece[] = [];

	private running = new Set<Promise<void>>();

	private readonly waiting = new Set<Waiting>();

	private readonly bad = new Map<number, number[]>();

	private stopping = new AbortController();

	constructor(private readonly world: World) {
		world.changes.subscribe((change) => {
			this.runStageHooks(change);
			if (this.world.account.webhooks.size === 0) return;
			const pieces = piecesOf(this.world, change);
			if (pieces.length === 0) return;
			if (this.queue.length === 0) setImmediate(() => this.flush());
			this.queue.push(...pieces);
		});
	}

	/** Forgets everything: the log, what waits, and what receivers have done wrong. */
	clear(): void {
		this.log.length = 0;
		this.queue = [];
		this.waiting.clear();
		this.bad.clear();
	}

	/** Hangs up on receivers that have not answered yet; what they were told waits for the next start. */
	async stop(): Promise<void> {
		this.stopping.abort();
		this.flush();
		await Promise.all(this.running);
	}

	get state(): DeliveryState {
		return { waiting: [...this.waiting], bad: [...this.bad] };
	}

	restore({ waiting, bad }: DeliveryState): void {
		for (const [id, stamps] of bad) this.bad.set(id, stamps);
		for (const entry of waiting) this.wait(entry);
	}

	/** What a person does with "Save" on a switched-off hook. */
	enable(hook: WebhookRow): void {
		this.bad.delete(hook.id);
		this.world.account.webhooks.change(hook, { disabled: false });
	}

	/** Resolves when everything sent so far has been answered (retries are on the clock, not waited for). */
	async settled(): Promise<void> {
		do {
			await new Promise((resolve) => setImmediate(resolve));
			await Promise.all(this.running);
		} while (this.queue.length > 0 || this.running.size > 0);
	}

	/** Changes of one request, at most 250, travel together: one delivery per hook and event code, with several items. */
	private flush(): void {
		const pieces = this.queue;
		this.queue = [];
		const groups = new Map<string, Piece[]>();
		for (const piece of pieces) {
			const group = groups.get(piece.code);
			if (group) group.push(piece);
			else groups.set(piece.code, [piece]);
		}
		const hooks = [...this.world.account.webhooks.values()].filter(({ disabled }) => !disabled).sort((a, b) => a.sort - b.sort);
		for (const hook of hooks) {
			for (const [code, group] of groups) {
				if (!hook.settings.includes(code)) continue;
				for (let from = 0; from < group.length; from += MOST_ITEMS) this.start(hook, code, encodeHook(this.world, group.slice(from, from + MOST_ITEMS)), 1);
			}
		}
	}

	/** The Digital Pipeline's hooks of the stage that a lead is on: sent once, to nobody's subscription. facts: extended 1.6 */
	private runStageHooks(change: Change): void {
		const piece = stagePiece(this.world, change);
		if (!piece) return;
		const { pipeline_id, status_id } = piece.item;
		for (const hook of this.world.account.stageHooks.values()) {
			if (hook.pipeline_id !== pipeline_id || hook.status_id !== status_id || (hook.event ?? 'status') !== piece.action) continue;
			const body = encodeHook(this.world, [piece]);
			const run = post(hook.url, body, this.stopping.signal).then((answer) => {
				this.running.delete(run);
				const status = answer === 'timeout' ? this.world.switches.webhookTimeoutStatus : answer;
				this.log.push({ at: this.world.clock.now(), destination: hook.url, code: piece.code, body, attempt: 1, status });
			});
			this.running.add(run);
		}
	}

	private start(hook: WebhookRow, code: string, body: string, attempt: number): void {
		const run = this.attempt(hook, code, body, attempt).finally(() => this.running.delete(run));
		this.running.add(run);
	}

	private async attempt(hook: WebhookRow, code: string, body: string, attempt: number): Promise<void> {
		const { clock, switches } = this.world;
		const answer = await post(hook.destination, body, this.stopping.signal);
		if (this.stopping.signal.aborted) {
			this.waiting.add({ at: clock.now(), hookId: hook.id, code, body, attempt });
			return;
		}
		const status = answer === 'timeout' ? switches.webhookTimeoutStatus : answer;
		this.log.push({ at: clock.now(), destination: hook.destination, code, body, attempt, status });
		if (status >= 100 && status < 300) return;
		this.countBad(hook);
		const wait = RETRY_AFTER[attempt - 1];
		const patient = status === 499 || status >= 500;
		if (wait === undefined || (attempt >= PATIENT_ATTEMPTS && !patient)) return;
		this.wait({ at: clock.now() + wait, hookId: hook.id, code, body, attempt: attempt + 1 });
	}

	private wait(entry: Waiting): void {
		this.waiting.add(entry);
		this.world.clock.schedule(entry.at, async () => {
			// Forgotten by clear() meanwhile, or its hook is gone.
			if (!this.waiting.delete(entry)) return;
			const hook = this.world.account.webhooks.get(entry.hookId);
			if (!hook || hook.disabled) return;
			this.start(hook, entry.code, entry.body, entry.attempt);
			// A test that advances the clock wants the attempt done when advance() returns.
			await Promise.all(this.running);
		});
	}

	/** More than a hundred invalid answers in two hours, the latest one included. */
	private countBad(hook: WebhookRow): void {
		const { clock, account } = this.world;
		const now = clock.now();
		const stamps = [...(this.bad.get(hook.id) ?? []).filter((at) => at > now - BAD_WINDOW), now];
		this.bad.set(hook.id, stamps);
		if (stamps.length > BAD_LIMIT && account.webhooks.has(hook.id)) account.webhooks.change(hook, { disabled: true });
	}
}

/** The status; `timeout` after two seconds, 0 without a connection. */
async function post(destination: string, body: string, stopping: AbortSignal): Promise<number | 'timeout'> {
	const timeout = AbortSignal.timeout(TIMEOUT_MS);
	try {
		const response = await fetch(destination, {
			method: 'POST',
			headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'amoCRM-Webhooks/3.0' },
			body,
			// A redirect is a failure, not something to follow.
			redirect: 'manual',
			signal: AbortSignal.any([timeout, stopping]),
		});
		await response.body?.cancel();
		return response.status;
	} catch {
		return timeout.aborted ? 'timeout' : 0;
	}
}
