import { type ITriggerFunctions, type ITriggerResponse, sleep } from 'n8n-workflow';

import { type Memory, scopeOf } from './authenticity';
import { catchUp } from './catchUp';
import { type TriggerOptions, optionsHeard } from './options';
import { beginSettling, endSettling, settleEnded } from './repeats';
import { busy, LATEST_S, nowS } from './seen';
import { isDigitalPipeline, mend, standingOf } from './subscription';

/**
 * An active workflow from its start to its end, in the one process of n8n that runs its triggers: what was missed is caught
 * up, and the subscription is made anew where amoCRM has switched it off.
 */

/** Between two looks at the subscription. */
const LOOK_EVERY_MS = 2 * 60_000;
/** n8n saves what the node remembers once `trigger` has ended: so long a short catching up is waited for. */
const AT_ONCE_MS = 5_000;
const STEP_MS = 500;
const TICK_MS = 50;

export async function watch(context: ITriggerFunctions): Promise<ITriggerResponse> {
	if (context.getMode() !== 'trigger' || isDigitalPipeline(context)) return {};
	const scope = scopeOf(context);
	const memory = context.getWorkflowStaticData('node') as Memory;
	let isOpen = true;
	/** Whether n8n saves yet what is written to `memory`. Later it would put an old copy of everything back. */
	let isSaved = true;
	let isSettled = false;
	/** Unix seconds: what happened after is not known to have been delivered. Nothing while all is. */
	let unsure: number | undefined;
	/** Unix seconds: what happened shortly before may show late, and is looked for once more. */
	let late: number | undefined;
	/** Unix seconds when the subscription was last seen to stand. */
	let stood: number | undefined;
	let said = '';

	function warn(what: string, error: unknown): void {
		const message = `amoCRM Trigger: ${what} ${(error as Error).message}`;
		if (message !== said) context.logger.warn(message, { node: context.getNode().name });
		said = message;
	}

	async function settle(options: TriggerOptions): Promise<void> {
		const after = unsure ?? (late === undefined ? undefined : late - LATEST_S);
		if (!isOpen || !options.catchUp || after === undefined) return;
		busy.add(scope);
		try {
			const until = unsure === undefined ? late : undefined;
			const at = await catchUp(context, { after, until, options, memory, mayRemember: () => isSaved, isOpen: () => isOpen });
			// A date is in whole seconds, and here less the time that the answer took.
			late = until === undefined ? at + 2 : undefined;
			stood = at;
			unsure = undefined;
			if (isSaved) memory.seenUntil = stood;
			busy.delete(scope);
		} catch (error) {
			if (isOpen) warn('What was missed could not be caught up yet; it will be tried again.', error);
		}
	}

	async function look(): Promise<void> {
		if (memory.destination === undefined) return;
		try {
			const found = await mend(context, memory.destination);
			if (!found.stood) unsure ??= stood;
			else if (unsure === undefined) stood = found.at ?? stood;
			said = '';
		} catch (error) {
			warn('The subscription could not be looked at, or not be made anew; it will be tried again.', error);
		}
	}

	async function live(): Promise<void> {
		while (isOpen && standingOf(scope) !== 'made') await sleep(STEP_MS);
		// Before versions that remember it, and in a new subscription, nothing can have been missed.
		memory.since ??= nowS();
		stood = memory.seenUntil ??= memory.since;
		if (context.getActivationMode() !== 'activate') unsure = stood;
		const options = optionsHeard(context, memory.named);
		await settle(options);
		isSettled = true;
		while (isOpen) {
			for (let waited = 0; isOpen && waited < LOOK_EVERY_MS; waited += STEP_MS) await sleep(STEP_MS);
			if (isOpen) await look();
			await settle(options);
		}
		busy.delete(scope);
	}

	async function tick(): Promise<void> {
		for (; isOpen; await sleep(TICK_MS)) await settleEnded(scope).catch((error: unknown) => warn('n8n could not tell whether executions have ended.', error));
	}

	beginSettling(scope);
	void tick();
	void live();
	for (let waited = 0; !isSettled && standingOf(scope) !== 'failed' && waited < AT_ONCE_MS; waited += STEP_MS / 10) await sleep(STEP_MS / 10);
	isSaved = false;
	return {
		closeFunction: async () => {
			isOpen = false;
			await endSettling(scope);
		},
	};
}
