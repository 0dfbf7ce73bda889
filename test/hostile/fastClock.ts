/**
 * Waits are real but short: the node's clock, and so its rate limit, its deadlines and its pauses, run so many times as
 * fast. A suite imports this before anything that imports n8n-workflow.
 */
const PACE = 400;

jest.mock('n8n-workflow', () => {
	const actual = jest.requireActual('n8n-workflow');
	return { ...actual, sleep: async (ms: number, ...rest: unknown[]) => await actual.sleep(ms / PACE, ...rest) };
});

const now = performance.now.bind(performance);
jest.spyOn(performance, 'now').mockImplementation(() => now() * PACE);
