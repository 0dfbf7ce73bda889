import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Emulator } from '../../../emulator';
import { startEmulator } from '../../../emulator';
import { toRegExp } from '../../../emulator/http/routePatterns';
import { buildServer } from '../../../emulator/server';
import { entityAt } from '../../../nodes/AmoCrm/entities/places';
import type { Entity } from '../../../nodes/AmoCrm/entities/types';
import { resources } from '../../../nodes/AmoCrm/menu';
import { absolute, DOCUMENT, operationsDocument, routesOf } from '../../../scripts/docs';
import { ERRORS_DOCUMENT, errorsDocument } from '../../../scripts/errors';

const ROOT = join(__dirname, '..', '..', '..');

/** docs/operations.md follows from the table, and names no route that amoCRM does not have. */

test('docs/operations.md is up to date', () => {
	if (readFileSync(DOCUMENT, 'utf8') !== operationsDocument()) throw new Error("The table of resources has changed: 'npm run docs' writes docs/operations.md anew; read the change and commit it.");
});

test('docs/errors.md has every message as it is', () => {
	const written = errorsDocument();
	for (const known of ['amoCRM keeps answering that there are too many requests (429)', 'is not a whole number', 'the authorization code is older than 20 minutes', "No event is chosen in 'Events'"]) expect(written).toContain(known);
	if (readFileSync(ERRORS_DOCUMENT, 'utf8') !== written) throw new Error("Messages have changed: 'npm run docs' writes docs/errors.md anew; read the change and commit it.");
});

test.each(['README.md', 'docs/ru/errors.md'])('messages that %s explains are messages of the node', (file) => {
	const known = errorsDocument();
	const rows = readFileSync(join(ROOT, file), 'utf8').split('\n').filter((line) => /^\| \*(?:…|'|[a-z]|The (?!OAuth)|This )/.test(line));
	const pieces = rows.flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/\*([^*]+)\*/g)]).flatMap(([, message = '']) => message.split(/…|"/).map((piece) => piece.trim()));
	expect(rows.length).toBeGreaterThan(5);
	expect(pieces.filter((piece) => /\w{3}/.test(piece) && !known.includes(piece.replace(/^[:,.] |^' |: '$/g, '')))).toEqual([]);
});

/** What a path looks like with every kind of record that the user can choose, and 7 for every ID. */
function placesOf(entity: Entity): Entity[] {
	const kinds = (entity.parents ?? []).flatMap(({ properties }) => properties.filter(({ name }) => name === 'entityType').flatMap(({ options = [] }) => options));
	const choices = kinds.flatMap((kind) => ('value' in kind ? [String(kind.value)] : []));
	const id = { __rl: true, mode: 'id', value: '7' };
	return (choices.length === 0 ? [''] : choices).map((entityType) => entityAt(entity, (name) => (name === 'entityType' ? entityType : id), { accountUrl: 'https://example.amocrm.ru' }));
}

/** What stands for the braces of a route: IDs of every kind. */
const IDS = ['7', '0f'.repeat(20), '11111111-2222-4333-8444-555555555555', '01hx0example00000000000000'];
const filled = (route: string, id: string) => route.replace(/\{\w+\}/g, id);

const routes = resources.flatMap(({ entity, operations }) =>
	operations.flatMap((operation) => {
		const { route } = operation;
		return placesOf({ ...entity, ...(operation.parents ? { parents: operation.parents } : {}) }).flatMap((at) =>
			routesOf(at, { ...operation, ...(route === undefined ? {} : { route: route.replace(entity.path, at.path) }) }).map((found) => [`${entity.value} ${operation.value}`, found] as const),
		);
	}),
);

/** The routes of the documents, of which some stand for several: `GET /(leads|contacts)/{id}`. */
const routeLines = () => readFileSync(join(__dirname, 'routes.txt'), 'utf8').split('\n').filter(Boolean);

function spelledOut(line: string): string[] {
	const [all, choices] = /\(([^()]*)\)/.exec(line) ?? [];
	return all === undefined || choices === undefined ? [line] : choices.split('|').flatMap((choice) => spelledOut(line.replace(all, choice)));
}

/** What does the same for several records at once, or for one of them. */
const SAME: Array<[route: RegExp, as: string]> = [
	[/^(PATCH .*)\/7$/, '$1'],
	[/^(DELETE \/(?:sources|chats\/templates))$/, '$1/7'],
	[/^((?:GET|POST|PATCH) \/[a-z]+)\/7\/(links|link|unlink|notes(?:\/7)?)$/, '$1/$2'],
	[/^(PATCH \/[a-z]+)\/7\/(notes)\/7$/, '$1/$2'],
	[/^POST \/bots\/7\/run$/, 'POST /bots/run'],
];

/** Routes that no operation needs, and why; `isAwaited` where one will come. */
const WITHOUT_OPERATION: Array<{ routes: RegExp; reason: string; isAwaited?: true }> = [
	{ routes: /^[A-Z]+ \/catalogs\/7\/elements(?:\/7)?\/(?:links|link|unlink)$/, reason: 'links of elements are made from the card, whose route takes many' },
	{ routes: /^POST \/(?:salesbot|marketingbot)\/7\/continue\/7$/, reason: 'only the widget that a bot waits for can answer it' },
	{ routes: /^[A-Z]+ \/(?:[a-z]+\/7|catalogs\/7\/7|files\/7)\/(?:files|links)$/, reason: 'files', isAwaited: true },
];

describe('every route of the documents', () => {
	let emulator: Emulator;
	beforeAll(async () => {
		emulator = await startEmulator();
	});
	afterAll(async () => await emulator.close());

	/** Routes of API v4 from amoCRM's documents and its own client, as they are known in November 2026. */
	test('is one that amoCRM has', () => {
		const known = routeLines().map((line) => new RegExp(`^${line.replace(/\{\w+\}/g, '7')}$`));
		expect(routes.filter(([, route]) => !known.some((pattern) => pattern.test(filled(route, '7')))).map((entry) => entry.join(': '))).toEqual([]);
	});

	test('has an operation, or a reason for none', () => {
		const used = new Set(routes.map(([, route]) => filled(route, '7')));
		const missing = routeLines().flatMap(spelledOut).map((route) => filled(route, '7')).filter((route) => ![route, ...SAME.map(([pattern, as]) => route.replace(pattern, as))].some((same) => used.has(same)));
		expect(missing.filter((route) => !WITHOUT_OPERATION.some(({ routes: pattern }) => pattern.test(route)))).toEqual([]);
		// A reason goes when its routes have operations.
		expect(WITHOUT_OPERATION.filter(({ routes: pattern, isAwaited }) => !isAwaited && !missing.some((route) => pattern.test(route))).map(({ reason }) => reason)).toEqual([]);
	});

	test('is one that the emulator has', async () => {
		const server = await buildServer(emulator.world, {});
		await server.ready();
		const known = server.routeList.map(({ method, url }) => ({ method, pattern: toRegExp(url) }));
		await server.close();
		const isKnown = (route: string) =>
			IDS.some((id) => {
				const [method = '', path = ''] = absolute(filled(route, id)).split(' ');
				return known.some((own) => own.method === method && own.pattern.test(path));
			});
		expect(routes.filter(([, route]) => !isKnown(route)).map((entry) => entry.join(': '))).toEqual([]);
	});
});
