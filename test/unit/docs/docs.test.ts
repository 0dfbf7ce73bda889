import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Emulator } from '../../../emulator';
import { startEmulator } from '../../../emulator';
import { toRegExp } from '../../../emulator/http/routePatterns';
import { buildServer } from '../../../emulator/server';
import { entityAt } from '../../../nodes/AmoCrm/entities/places';
import type { Entity } from '../../../nodes/AmoCrm/entities/types';
import { resources } from '../../../nodes/AmoCrm/menu';
import { DOCUMENT, operationsDocument, routesOf } from '../../../scripts/docs';

/** docs/operations.md follows from the table, and names no route that amoCRM does not have. */

test('docs/operations.md is up to date', () => {
	if (readFileSync(DOCUMENT, 'utf8') !== operationsDocument()) throw new Error("The table of resources has changed: 'npm run docs' writes docs/operations.md anew; read the change and commit it.");
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

describe('every route of the documents', () => {
	let emulator: Emulator;
	beforeAll(async () => {
		emulator = await startEmulator();
	});
	afterAll(async () => await emulator.close());

	/** Routes of API v4 from amoCRM's documents and its own client, as they are known in November 2026. */
	test('is one that amoCRM has', () => {
		const lines = readFileSync(join(__dirname, 'routes.txt'), 'utf8').split('\n').filter(Boolean);
		const known = lines.map((line) => new RegExp(`^${line.replace(/\{\w+\}/g, '7')}$`));
		expect(routes.filter(([, route]) => !known.some((pattern) => pattern.test(filled(route, '7')))).map((entry) => entry.join(': '))).toEqual([]);
	});

	test('is one that the emulator has', async () => {
		const server = await buildServer(emulator.world, {});
		await server.ready();
		const known = server.routeList.map(({ method, url }) => ({ method, pattern: toRegExp(url) }));
		await server.close();
		const isKnown = (route: string) =>
			IDS.some((id) => {
				const [method = '', path = ''] = filled(route, id).split(' ');
				return known.some((own) => own.method === method && own.pattern.test(`/api/v4${path}`));
			});
		expect(routes.filter(([, route]) => !isKnown(route)).map((entry) => entry.join(': '))).toEqual([]);
	});
});
