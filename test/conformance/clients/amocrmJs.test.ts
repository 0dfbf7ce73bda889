import { EventEmitter } from 'amocrm-js/dist/common/EventEmitter';
import { openRealHost, type RealHost } from '../realHost';
import { methodsOf, testCalls } from './calls';
import { JS_CALLS } from './jsCalls';
import { customersOf, jsClient, jsContext, type JsContext } from './jsContext';

/** amocrm-js 3, unmodified, drives the emulator over HTTPS under demo.amocrm.ru. */

let host: RealHost;
let context: JsContext;

beforeAll(async () => {
	// The client prints what it does and every refusal.
	for (const method of ['log', 'error'] as const) jest.spyOn(console, method).mockImplementation(() => undefined);
	host = await openRealHost();
	context = jsContext(host);
});

afterAll(async () => {
	await host.close();
	jest.restoreAllMocks();
});

describe('every call', () => {
	testCalls(JS_CALLS, () => context);

	it('none is missing', async () => {
		expect(JS_CALLS.map(({ name }) => name).sort()).toEqual((await allMethods()).sort());
	});
});

/** Every method of every object that the client hands out, as the lists name them. */
async function allMethods(): Promise<string[]> {
	const { client } = context;
	const MAKERS = ['Lead', 'Contact', 'Company', 'Task'];
	const own = (name: string, object: object) =>
		methodsOf(object, EventEmitter.prototype)
			.filter((method) => !method.startsWith('_') && !(name === 'client' && MAKERS.includes(method)))
			.map((method) => `${name}.${method}`);
	const isPart = ([key, value]: [string, unknown]): boolean =>
		typeof value === 'object' &&
		value !== null &&
		!Array.isArray(value) &&
		!key.startsWith('_') &&
		!['client', 'request', 'factory', 'criteriaBuilder'].includes(key);
	const tree = (name: string, object: object): string[] => [
		...own(name, object),
		...Object.entries(object)
			.filter(isPart)
			.flatMap(([key, part]) => own(`${name}.${key}`, part as object)),
		...('tagList' in object ? own(`${name}.tagList`, object.tagList as object) : []),
	];
	return [
		...own('client', client),
		...(['environment', 'token', 'auth', 'connection', 'request'] as const).flatMap((part) => own(part, client[part])),
		...(['leads', 'contacts', 'companies', 'tasks'] as const).flatMap((part) => tree(part, jsClient(host)[part])),
		...own('customers', customersOf(context)),
		...(['Lead', 'Contact', 'Company', 'Task'] as const).flatMap((part) => tree(part, new client[part]({}))),
		...own('pagination', await client.leads.get()),
	];
}
