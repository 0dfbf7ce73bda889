import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { idOf } from '../../nodes/AmoCrm/entities/types';
import type { WritableField } from '../../nodes/AmoCrm/fields/fields';
import { resources } from '../../nodes/AmoCrm/menu';
import { fieldsFor, isTopLevel } from '../../nodes/AmoCrm/operations/newRecord';
import { runNode } from './harness';
import type { RunOptions, RunResult } from './harness';
import { furnish, SAMPLES, sampleOf, userOf } from './samples';
import type { World } from './world';
import { byId, FAST, manyItems, openWorld } from './world';

/** Every resource of the menu by what its declaration says, against the emulator. A new one is tested by standing there. */

const CONTINUE = { onError: 'continueRegularOutput' as const };
const REFUSED = { name: 'x'.repeat(300) };

/** So many at once, in batches of the size that the node takes by itself. */
const SOME = 12;

/** Has no records, and a suite of its own. */
const withRecords = resources.filter(({ entity }) => entity.value !== 'apiRequest');

for (const { entity, operations } of withRecords) {
	const offers = (...names: string[]) => names.every((name) => operations.some(({ value }) => value === name));
	const { value: resource, idParameter } = entity;
	const samples = SAMPLES[resource] ?? {};

	describe(resource, () => {
		let world: World;

		beforeAll(async () => {
			world = await openWorld();
			await furnish(world);
			await samples.prepare?.(world);
		});
		afterAll(async () => await world.close());
		beforeEach(() => {
			samples.tidy?.(world);
			world.emulator.log.clear();
		});

		const place = () => samples.place?.(world) ?? {};
		const run = async (operation: string, parameters: INodeParameters = {}, options: Partial<RunOptions> = {}) =>
			await world.run({ resource, operation, options: FAST, ...place(), ...parameters }, options);
		const read = async (parameters: INodeParameters = {}) => (await good(run('getAll', { returnAll: true, simplify: false, ...parameters }))).map(({ json }) => json);
		const idsOf = (rows: IDataObject[]) => rows.map((row) => idOf(entity, row));
		const record = async (id: string | number) => {
			if (samples.record) return samples.record(world, id);
			return offers('get') ? (await good(run('get', { [idParameter]: byId(id), simplify: false })))[0]?.json : (await read()).find((row) => idOf(entity, row) === id);
		};
		const writes = (...methods: string[]) => world.emulator.log.entries.filter(({ method }) => methods.includes(method));
		const bodies = () => writes('POST', 'PATCH').flatMap(({ body }) => body as IDataObject[]);

		/** Values at the top of the form come with the items, the others in the collection. */
		const top = fieldsFor(entity, 'create').filter(isTopLevel);
		const optional = fieldsFor(entity, 'create').filter((field) => !isTopLevel(field));
		const noteText: INodeParameters = resource === 'note' ? { text: '={{ $json.text }}' } : {};
		const form = (): INodeParameters => ({
			...Object.fromEntries(top.map(({ name }) => [name, `={{ $json.${name} }}`])),
			...noteText,
			...(place()),
			additionalFields: Object.fromEntries(optional.map(({ name }) => [name, `={{ $json.more.${name} }}`])),
		});
		let made = 0;
		const values = (): IDataObject => {
			made += 1;
			return { more: {}, text: `Text ${made}`, ...Object.fromEntries(top.map((field) => [field.name, sampleOf(entity, field, made, world)])) } as IDataObject;
		};
		const create = async (items: IDataObject[], options: Partial<RunOptions> = {}, more: INodeParameters = {}) => await run('create', { ...form(), ...more }, { items, ...options });
		const makes = offers('create') || samples.make !== undefined;
		const createSome = async (count = 2): Promise<Array<string | number>> => samples.make ? await samples.make(world, count) : idsOf((await good(create(manyItems(count, values)))).map(({ json }) => json));
		const needed = (writing: 'create' | 'update' | 'delete', count: number) => {
			if (writing === 'delete') return count;
			const { sends = 'rows', atMost = 50 } = entity.verbs?.[writing] ?? {};
			return sends === 'rows' ? Math.ceil(count / Math.min(50, atMost)) : count;
		};

		if (offers('create')) {
			it('creates a record for each item, in as few requests as the route allows', async () => {
				const items = manyItems(SOME, values);
				const rows = await good(create(items));
				expect(pairs(rows)).toEqual(manyItems(SOME, (item) => item as never));
				expect(new Set(idsOf(rows.map(({ json }) => json))).size).toBe(SOME);
				expect(writes('POST')).toHaveLength(needed('create', SOME));
				// Single requests leave together, so their order is open.
				for (const { key, name, kind } of top) if (kind.property.type === 'string') expect(bodies().map((body) => body[key]).sort()).toEqual(items.map((item) => item[name]).sort());
				expect(JSON.stringify(rows)).not.toMatch(/request_id|password|Secret|_links/);
			});

			it('refuses an item before any request, and lets the others pass where it may go on', async () => {
				const required = resource === 'note' ? 'text' : top.find((field) => field.required)?.name;
				if (!required) return;
				const items = [values(), { ...values(), [required]: '' }, values()];
				const stopped = await create(items);
				expect(stopped.error?.message).toContain('item 1');
				expect(writes('POST')).toHaveLength(0);
				expect(outcome(await create(items, CONTINUE))).toEqual([[0, 'ok'], [1, expect.stringContaining('empty')], [2, 'ok']]);
			});

			it('pairs what amoCRM refuses with its item, and saves the others where it may go on', async () => {
				const refused = samples.refused ?? REFUSED;
				if (Object.keys(refused).length === 0) return;
				const bad = Object.fromEntries(Object.entries(refused).map(([name, value]) => (top.some((field) => field.name === name) ? [name, value] : ['more', { [name]: value }])));
				const items = () => [values(), { ...values(), ...bad }, values()] as IDataObject[];
				const stopped = await create(items());
				expect(stopped.error?.message).toContain('[item 1]');
				expect(stopped.error?.message).toContain(entity.displayName);
				expect(outcome(await create(items(), CONTINUE))).toEqual([[0, 'ok'], [1, expect.stringContaining('was refused')], [2, 'ok']]);
			});

			if (offers('get')) {
				it('shows a new record as it is read: the same keys and values in the same order, dates as ISO texts', async () => {
					const rows = await good(create([...optional.flatMap((field) => itemWith(field)), values()].filter((item) => !isBlocks(item))));
					expect(writes('GET').length).toBeLessThanOrEqual(1);
					await expectShownAsRead(rows);
				});
			}

			if (optional.length > 0) {
				it('writes each field alone, as it is read again', async () => {
					const items = optional.flatMap((field) => itemWith(field));
					// n8n knows no expression for a list of blocks.
					const together = items.filter((item) => !isBlocks(item));
					const rows: RunResult['rows'] = [];
					// One request after the other: several at once may arrive in any order.
					const { sends = 'rows', atMost = 50 } = entity.verbs?.create ?? {};
					const size = sends === 'rows' ? Math.min(50, atMost) : 1;
					for (let from = 0; from < together.length; from += size) rows.push(...(await good(create(together.slice(from, from + size)))));
					for (const item of items.filter(isBlocks)) rows.push(...(await good(create([item], {}, { additionalFields: item.more as INodeParameters }))));
					const sent = bodies();
					for (const [index, { field: name }] of [...together, ...items.filter(isBlocks)].entries()) {
						const { key } = optional.find((field) => field.name === name) as WritableField;
						await expectKept(key, sent[index] as IDataObject, idOf(entity, rows[index]?.json as IDataObject));
					}
				});
			}
		}

		/** Rows of a write say what a reading says under the same keys, in the same order. */
		const expectShownAsRead = async (rows: RunResult['rows']) => {
			const id = entity.isSingle ? {} : { [idParameter]: { __rl: true, mode: 'id', value: '={{ $json.id }}' } };
			const found = await good(run('get', { ...id, options: { ...FAST, with: entity.withOptions.map(({ value }) => value) } }, { items: rows.map(({ json }) => json) }));
			for (const [index, { json }] of rows.entries()) {
				const whole = found[index]?.json as IDataObject;
				const keys = Object.keys(json).filter((key) => !samples.unseen?.includes(key));
				expect(pick(json, keys)).toEqual(pick(whole, keys));
				expect(keys).toEqual(Object.keys(whole).filter((key) => keys.includes(key)));
			}
		};

		/** An item that sets one more field; none where there is no value to try. */
		const itemWith = (field: WritableField): IDataObject[] => {
			const value = sampleOf(entity, field, made, world);
			if (value === undefined) return [];
			const { more, ...own } = along(field, 'create');
			return [{ ...values(), ...own, more: { ...(more as IDataObject), [field.name]: value }, field: field.name } as IDataObject];
		};
		const isBlocks = ({ field: name }: IDataObject) => optional.find((field) => field.name === name)?.kind.property.type === 'fixedCollection';

		const along = (field: WritableField, mode: 'create' | 'update'): IDataObject => {
			const given = { ...samples.along?.[field.name] };
			const companion = entity.fields.find(({ name }) => name === field.needs);
			const more = companion && companion.name !== field.name ? { [companion.name]: sampleOf(entity, companion, made, world) } : {};
			if (given.entityId) Object.assign(more, { entityId: sampleOf(entity, entity.fields.find(({ name }) => name === 'entityId') as WritableField, made, world) });
			return (mode === 'create' ? { ...given, more: { ...(given.more as IDataObject), ...more } } : { more }) as IDataObject;
		};

		/** What was sent under a key stands in the record. */
		const expectKept = async (key: string, sent: IDataObject, id: string | number) => {
			const isPart = key.includes('_embedded') || key === '' || key === 'custom_fields_values' || key === key.toUpperCase();
			if (isPart || samples.unseen?.includes(key) || ['tags_to_add', 'tags_to_delete', 'is_need_to_trigger_digital_pipeline', 'result', 'first_name', 'last_name'].includes(key)) return;
			const at = (row: unknown) => key.split('.').reduce((inner, part) => (inner as IDataObject | undefined)?.[part] as unknown, row);
			expect(at(sent)).not.toBeUndefined();
			expect({ key, value: at(await record(id)) }).toEqual({ key, value: at(sent) });
		};

		if (offers('create', 'update') && !entity.isSingle && resource !== 'note') {
			it('updates each field alone and leaves the others as they are', async () => {
				for (const field of fieldsFor(entity, 'update')) {
					const value = sampleOf(entity, field, (made += 1), world);
					if (value === undefined) continue;
					const { more } = along(field, 'update');
					const alongside = samples.along?.[field.name];
					const withOptions = alongside?.type === 'select' ? { additionalFields: { options: sampleOf(entity, field, 99, world) } as INodeParameters } : {};
					const [row] = await good(create([{ ...values(), ...alongside } as IDataObject], {}, withOptions));
					const id = idOf(entity, row?.json as IDataObject);
					const before = await record(id);
					world.emulator.log.clear();
					const rows = await good(run('update', { [idParameter]: byId(id), updateFields: { ...(more as IDataObject), [field.name]: value } as never }));
					expect(idOf(entity, rows[0]?.json as IDataObject)).toBe(id);
					const sent = bodies()[0] as IDataObject;
					if (offers('get')) await expectShownAsRead(rows);
					if (!field.needs && !/_embedded|^[A-Z]/.test(field.key) && entity.fields.filter(({ key }) => key === field.key).length === 1 && !['statusId'].includes(field.name)) {
						expect(Object.keys(sent).filter((key) => key !== 'id')).toEqual([field.key.split('.')[0]]);
					}
					await expectKept(field.key, sent, id);
					const after = await record(id);
					const others = Object.keys(before ?? {}).filter((key) => !(key in sent) && !['updated_at', 'updated_by', '_embedded', 'custom_fields_values', 'closed_at', 'labor_cost', 'is_computed'].includes(key) && !CHANGED_ALONG[field.name]?.includes(key));
					expect(pick(after, others)).toEqual(pick(before, others));
				}
			});
		}

		if (offers('update') && !entity.isSingle) {
			const change = resource === 'note' ? { text: '={{ $json.to }}' } : resource === 'task' ? { updateFields: { text: '={{ $json.to }}' } } : { updateFields: { name: '={{ $json.to }}' } };

			it('updates a record for each item, and says which was not found', async () => {
				const ids = await createSome(3);
				world.emulator.log.clear();
				const items = ids.map((id, index) => ({ id, to: `New ${index} ${made}` }));
				const update = async (given: IDataObject[], options?: Partial<RunOptions>) =>
					await run('update', { ...change, [idParameter]: { __rl: true, mode: 'id', value: '={{ $json.id }}' } }, { items: given, ...options });
				const updated = await update(items);
				expect(outcome(updated)).toEqual([[0, 'ok'], [1, 'ok'], [2, 'ok']]);
				expect(writes('PATCH')).toHaveLength(needed('update', 3));
				if (offers('get')) await expectShownAsRead(updated.rows);
				for (const { id, to } of items) expect(JSON.stringify(await record(id))).toContain(JSON.stringify(to));
				const missing = missingLike(ids[0]);
				const mixed = await update([items[0], { id: missing, to: 'x' }, items[2]] as IDataObject[], CONTINUE);
				expect(outcome(mixed)).toEqual([[0, 'ok'], [1, `${entity.displayName} ${missing} was not found [item 1]`], [2, 'ok']]);
				const stopped = await update([items[0], { id: missing, to: 'x' }] as IDataObject[]);
				expect(stopped.error?.message).toBe(`${entity.displayName} ${missing} was not found [item 1]`);
			});

			it('refuses an update without anything to change', async () => {
				if (resource === 'note') return;
				const { error } = await run('update', { [idParameter]: byId((await createSome(1))[0] as number), updateFields: {} });
				expect(error?.message).toContain('nothing to change');
			});
		}

		if (offers('get') && makes) {
			it('gets one, several at once, and says which is not there', async () => {
				const ids = await createSome(3);
				world.emulator.log.clear();
				const get = async (given: Array<string | number>, options?: Partial<RunOptions>) =>
					await run('get', { [idParameter]: { __rl: true, mode: 'id', value: '={{ $json.id }}' } }, { items: given.map((id) => ({ id })), ...options });
				const rows = await good(get(ids));
				expect(idsOf(rows.map(({ json }) => json))).toEqual(ids);
				expect(pairs(rows)).toEqual([0, 1, 2]);
				expect(JSON.stringify(rows)).not.toMatch(/"(account_id|_links|_embedded)"/);
				const missing = missingLike(ids[0]);
				const mixed = await get([ids[0], missing, ids[1]] as never, CONTINUE);
				expect(outcome(mixed)).toEqual([[0, 'ok'], [1, `${entity.displayName} ${missing} was not found [item 1]`], [2, 'ok']]);
				expect((await get([missing])).error?.message).toBe(`${entity.displayName} ${missing} was not found [item 0]`);
			});
		}

		if (offers('getAll')) {
			it('lists what there is: all, up to a limit, or nothing', async () => {
				const ids = makes ? await createSome(3) : [];
				const all = await read();
				expect(idsOf(all)).toEqual(expect.arrayContaining(ids));
				expect(new Set(idsOf(all)).size).toBe(all.length);
				expect(await good(run('getAll', { limit: 1 }))).toHaveLength(1);
				const simple = await good(run('getAll', { returnAll: true }));
				expect(simple).toHaveLength(all.length);
				expect(JSON.stringify(simple)).not.toMatch(/"(account_id|_links|_embedded|request_id)"/);
				world.emulator.faults.add({ method: 'GET', path: new RegExp(`/${entity.path.split('/').pop()}$`), times: Infinity, action: { kind: 'status', status: 204 } });
				const none = await run('getAll', { returnAll: true });
				world.emulator.faults.clear();
				expect([none.error, none.rows]).toEqual([undefined, []]);
			});

			if (!entity.list?.unpaged) {
				it('reads on after the first page', async () => {
					const { length } = await read();
					if (samples.fill) samples.fill(world);
					else if (offers('create')) await good(create(manyItems(Math.max(0, (MOST[resource] ?? 250) + 10 - length), values), {}, { options: { ...FAST, batchSize: 250 } }));
					const all = await read();
					expect(all.length).toBeGreaterThan(MOST[resource] ?? 250);
					expect(new Set(idsOf(all)).size).toBe(all.length);
				}, 60_000);
			}

			for (const filter of entity.filters) {
				it(`filters by ${filter.name}`, async () => {
					const ids = makes ? await createSome(2) : idsOf(await read());
					const filtered = async (value: unknown) => await read({ filters: { ...(filter.needs ? { [filter.needs]: 'leads' } : {}), [filter.name]: value } as never });
					const [keeps, drops] = await filterValues(filter.name, ids as number[]);
					if (keeps !== undefined) expect(idsOf(await filtered(keeps))).toEqual(expect.arrayContaining(keeps === true ? [] : [ids[0]]));
					if (drops !== undefined) expect(idsOf(await filtered(drops)).filter((id) => ids.includes(id))).toEqual([]);
				});
			}

			const filterValues = async (name: string, ids: number[]): Promise<[unknown, unknown]> => {
				const own = samples.filters?.[name];
				if (own) return [own[0](world, ids), own[1]];
				const row = (await record(ids[0] as number)) as IDataObject;
				const locators = (list: number[]) => ({ record: list.map((id) => ({ recordId: byId(id) })) });
				const [past, future] = ['2000-01-01T00:00:00Z', '2050-01-01T00:00:00Z'];
				switch (name) {
					case 'ids':
						return [ids, [999_999_999]];
					case 'records':
						return [locators(ids), locators([999_999_999])];
					case 'name':
					case 'query':
						return [row.name, 'nothing is called so'];
					case 'responsibleUserIds':
						return [[row.responsible_user_id], [999]];
					case 'createdByIds':
						return [[row.created_by], [999]];
					case 'updatedByIds':
						return [[row.updated_by], [999]];
					case 'onlyDeleted':
						return [undefined, true];
					case 'type':
						return ['regular', 'suppliers'];
					case 'text':
						return [(row.params as IDataObject).text, 'nothing reads so'];
					case 'phones':
						return [undefined, '+7 999 000-00-00'];
					case 'emails':
						return [undefined, 'nobody@example.com'];
					case 'isCompleted':
						return [false, true];
					case 'taskTypeIds':
						return [[row.task_type_id], [999]];
					case 'pipelineIds':
						return [[row.pipeline_id], [999]];
					case 'statusIds':
						return [[`${String(row.pipeline_id)}:${String(row.status_id)}`], [`${String(row.pipeline_id)}:143`]];
					case 'noteTypes':
						return [['common'], ['call_in']];
					case 'priceFrom':
						return [0, 1_000_000];
					case 'priceTo':
						return [1_000_000, -1];
					case 'closestTaskAtFrom':
					case 'closestTaskAtTo':
					case 'closedAtFrom':
					case 'closedAtTo':
					case 'leadStatusIds':
					case 'entityType':
					case 'linkedRecords':
					case 'entityIds':
						// Of records that a sample does not have; suites of their own try them.
						return [undefined, undefined];
				}
				if (/From$|After$/.test(name)) return [past, future];
				if (/To$|Before$/.test(name)) return [future, past];
				throw new Error(`${resource}: no sample for the filter '${name}'. Add one to SAMPLES.`);
			};

			for (const { value: field } of entity.sortKeys) {
				it(`sorts by ${field}`, async () => {
					await createSome(3);
					const all = async (direction: string, more: INodeParameters) => (await good(run('getAll', { simplify: false, sort: { field, direction }, ...more }))).map(({ json }) => json[field] as number | string);
					for (const more of [{ returnAll: true }, { limit: 50 }]) {
						const up = await all('asc', more);
						expect(up).toEqual([...up].sort((one, other) => (typeof one === 'number' ? one - Number(other) : one.localeCompare(String(other)))));
						const down = await all('desc', more);
						expect(down[0]).toBe([...down].sort((one, other) => (typeof one === 'number' ? Number(other) - one : String(other).localeCompare(one)))[0]);
					}
				});
			}
		}

		if (entity.withOptions.length > 0 && offers('get')) {
			it('asks for what it may add', async () => {
				const extras = entity.withOptions.map(({ value }) => value);
				const id = entity.isSingle ? {} : { [idParameter]: byId((offers('create') ? await createSome(1) : idsOf(await read()))[0] as number) };
				world.emulator.log.clear();
				for (const simplify of [true, false]) await good(run('get', { ...id, simplify, options: { ...FAST, with: extras } }));
				expect(world.emulator.log.entries.filter(({ query }) => query.with === extras.join(','))).toHaveLength(2);
			});
		}

		if (offers('delete', 'create')) {
			it('deletes a record for each item, and says which was not there', async () => {
				const ids = await createSome(3);
				world.emulator.log.clear();
				const missing = missingLike(ids[0]);
				const given = [ids[0], missing, ids[1]].map((id) => ({ id })) as IDataObject[];
				const result = await run('delete', { [idParameter]: { __rl: true, mode: 'id', value: '={{ $json.id }}' } }, { items: given, ...CONTINUE });
				expect(outcome(result)).toEqual([[0, 'ok'], [1, `${entity.displayName} ${missing} was not found [item 1]`], [2, 'ok']]);
				expect(result.rows[0]?.json).toEqual({ id: ids[0], deleted: true });
				expect(writes('DELETE')).toHaveLength(needed('delete', 3));
				const left = idsOf(await read());
				expect(left).not.toContain(ids[0]);
				expect(left).toContain(ids[2]);
				const { error } = await run('delete', { [idParameter]: byId(ids[0] as number) });
				expect(error?.message).toBe(`${entity.displayName} ${ids[0]} was not found [item 0]`);
			});
		}

		const { admin, plan } = entity.needs ?? {};
		const restricted = operations.filter(({ writes: isWrite, value }) => (admin === 'always' || (admin === 'toWrite' && isWrite)) && value !== 'upsert');
		for (const { value: operation } of restricted) {
			it(`says that ${operation} needs an administrator`, async () => {
				const known = offers('create') ? await createSome(1) : offers('getAll') ? idsOf(await read()) : [1];
				const item = top.length > 0 ? values() : {};
				if (samples.isOpen) world.emulator.faults.add({ path: new RegExp(`/api/v4${entity.path}`), action: { kind: 'status', status: 403, body: { title: 'Forbidden', status: 403, detail: 'Forbidden' } } });
				const result = await asNobody(operation, known[0] as number, item);
				expect(`${result.error?.message} ${result.error?.description}`).toMatch(/amoCRM does not allow this.*Only an administrator of the amoCRM account may do this/);
			});
		}

		const asNobody = async (operation: string, id: number, item: IDataObject) => {
			const { world: inside } = world.emulator;
			const [integration] = [...inside.integrations.values()];
			const accessToken = inside.tokens.issueAccess(integration as never, userOf(world, 1).id, 3600);
			const parameters = { resource, operation, options: FAST, ...place(), ...form(), ...(entity.isSingle ? {} : { [idParameter]: byId(id) }), updateFields: entity.isSingle ? { isEnabled: true } : { name: 'x' }, settings: '{"login":"x"}', mode: 'segments', reviewId: '1' };
			return await runNode({ account: { ...world.account, accessToken, id: 'nobody' }, parameters, items: [item] });
		};

		if (plan) {
			it('says what the account must have', async () => {
				if (plan.includes('customers')) {
					const mode = world.emulator.account.info.customers_mode;
					world.emulator.account.info.customers_mode = 'disabled';
					const refused = await run('getAll', { returnAll: true });
					world.emulator.account.info.customers_mode = mode;
					expect(`${refused.error?.description}`).toContain(`This needs ${plan}.`);
				}
				world.emulator.switches.unpaid = 'all';
				const unpaid = await run('getAll', { returnAll: true });
				world.emulator.switches.unpaid = false;
				expect(`${unpaid.error?.message} ${unpaid.error?.description}`).toMatch(/plan lacks this feature.*This needs/);
			});
		}
	});

}

/** How many records an account takes, where those never fill a page. */
const MOST: Record<string, number> = { aiAgent: 60, chatTemplate: 60, currency: 100, customerSegment: 90, websiteButton: 60 };

/** What amoCRM changes by itself together with a field. */
const CHANGED_ALONG: Record<string, string[]> = {
	firstName: ['name'],
	isApiOnly: ['required_statuses'],
	lastName: ['name'],
	pipelineId: ['status_id'],
	price: ['price_with_minor_units'],
};

const pick = (row: IDataObject | undefined, keys: string[]) => Object.fromEntries(keys.map((key) => [key, row?.[key]]));

async function good(running: Promise<RunResult>): Promise<RunResult['rows']> {
	const { error, rows } = await running;
	if (error) throw error;
	return rows;
}

/** An ID of the same kind that nothing has. */
const missingLike = (id: unknown): number | string => (typeof id !== 'string' ? 999_999_999 : id.includes('-') ? '00000000-0000-4000-8000-000000000000' : 'leads_999999999');

const pairs = (rows: RunResult['rows']) => rows.map(({ pairedItem }) => (pairedItem as { item: number }).item);

/** For each row its item and what became of it. */
function outcome({ error, rows }: RunResult): unknown[] {
	if (error) throw error;
	return rows.map(({ json, pairedItem }) => [(pairedItem as { item: number }).item, json.error ?? 'ok']);
}

