import type { Memory } from '../../../nodes/AmoCrm/trigger/authenticity';
import type { HookItem } from '../../../nodes/AmoCrm/trigger/delivery';
import { knownSince, noteSeen } from '../../../nodes/AmoCrm/trigger/seen';

/** How far deliveries have come, by amoCRM's clock, whatever n8n's clock says. */

const now = Math.floor(Date.now() / 1000);
const items = (at: number | undefined, count = 1) => Array.from({ length: count }, () => ({ event: 'update_lead', data: at === undefined ? {} : { updated_at: at } }) as unknown as HookItem);

test.each<[string, number | undefined, number]>([
	["n8n's clock is ahead", now - 600, now - 600],
	['a record is dated in the future', now + 86_400, now],
	['a delivery is repeated', now - 7000, now - 3600],
	['a delivery has no time', undefined, now],
])('%s', (scope, at, expected) => {
	const memory: Memory = { since: 1, seenUntil: now - 3600 };
	noteSeen(scope, memory, items(at));
	expect(Math.abs((memory.seenUntil ?? 0) - expected)).toBeLessThan(3);
});

test('tells how far back every change is known, in little room', () => {
	const memory: Memory = { since: 1 };
	for (let at = now - 20_000; at <= now; at += 10) noteSeen('busy', memory, items(at, 5));
	expect(now - knownSince(memory)).toBeGreaterThan(5000);
	expect(now - knownSince(memory)).toBeLessThan(6100);
	expect(memory.counts?.length).toBeLessThan(150);
});
