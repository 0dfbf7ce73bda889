import { credentialsOf, runNode } from '../integration/harness';
import type { World } from '../integration/world';
import { openWorld } from '../integration/world';

/** A connection over weeks: access tokens end every day, refresh tokens work once and end after three months. */

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
// The emulator has no limit here: a month of hours must not wait for one.
const LIST = { resource: 'lead', operation: 'getAll', limit: 1, options: { requestsPerSecond: 1000 } };

let world: World;

beforeEach(async () => {
	// Only the date stands still, until the test moves it: sockets and timers go on.
	jest.useFakeTimers({
		now: new Date('2026-11-25T10:00:00Z'),
		doNotFake: [
			'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate',
			'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout',
		],
	});
	world = await openWorld({ switches: { strictRefreshRedirectUri: false } });
});

afterEach(async () => {
	await world.close();
	jest.useRealTimers();
});

/** Statuses of the token endpoint's answers, and how often the API refused a token. */
function costs() {
	const { entries } = world.emulator.log;
	return {
		renewals: entries.filter(({ path }) => path === '/oauth2/access_token').map(({ status }) => status),
		refusals: entries.filter(({ path, status }) => path.startsWith('/api/') && status === 401).length,
	};
}

test('30 days of hourly runs renew the access every day, ahead of its end, and never need the user; three idle months do', async () => {
	const credentials = credentialsOf(world.account);
	for (let hour = 0; hour < 30 * 24; hour++) {
		const { error } = await runNode({ account: world.account, parameters: LIST }, credentials);
		expect(error?.message).toBeUndefined();
		jest.setSystemTime(Date.now() + HOUR_MS);
	}
	const { renewals, refusals } = costs();
	expect(new Set(renewals)).toEqual(new Set([200]));
	expect(renewals.length).toBeGreaterThanOrEqual(29);
	expect(renewals.length).toBeLessThanOrEqual(31);
	// The age of the first token is not known here, that of all others is.
	expect(refusals).toBeLessThanOrEqual(1);

	world.emulator.log.clear();
	jest.setSystemTime(Date.now() + 92 * DAY_MS);
	const { error } = await runNode({ account: world.account, parameters: LIST }, credentials);
	expect(error?.message).toMatch(/^amoCRM no longer accepts this credential: the access was revoked or has expired/);
	expect(error?.description).toMatch(/^Open the credential and connect the account again\./);
	expect(costs().renewals).toEqual([401]);
}, 300_000);

test('a month goes by at amoCRM alone: every day one refused request, one renewal', async () => {
	const credentials = credentialsOf(world.account);
	for (let day = 0; day < 30; day++) {
		for (let run = 0; run < 3; run++) {
			const { error } = await runNode({ account: world.account, parameters: LIST }, credentials);
			expect(error?.message).toBeUndefined();
			await world.emulator.clock.advance(8 * HOUR_MS);
		}
		await world.emulator.clock.advance(1000);
	}
	const { renewals, refusals } = costs();
	expect(renewals).toEqual(Array(29).fill(200));
	expect(refusals).toBe(29);
}, 300_000);
