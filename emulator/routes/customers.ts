import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requestId } from '../entities/schemas';
import { hrefLinks } from '../entities/present';
import { applyFieldPatches, checkFieldValues, presentFieldValues } from '../fields/values';
import { requireAdmin } from '../http/caller';
import { crudRoutes, given, type Params } from '../http/crud';
import { originOf, sendJson, sendList, sendNothing } from '../http/envelope';
import { missing } from '../http/missing';
import { fieldNotExpected, invalidValue, notSupportedChoice, unprocessable, ValidationProblem } from '../http/problems';
import { requireCustomers, requireProduct } from '../http/product';
import { intsOf, isRecord, scalar, type Query } from '../http/query';
import type { SegmentRow, TransactionRow } from '../store/moreRows';
import { parseBatch, parseObject } from '../validation/batch';
import { fieldContext, fieldFinder, type World } from '../world';
import { customFieldRoutes } from './customFields';

/** What customers have besides the common entity: mode, statuses, segments, transactions, bonus points. facts: extended 4 */

const int = z.number().int();
const name = z.string().min(1).max(255);

export function customerRoutes(app: FastifyInstance, world: World): void {
	const { account } = world;
	app.patch('/customers/mode', (request, reply) => {
		requireAdmin(request);
		requireProduct(world.switches.customers, 'Customers');
		const schema = z.strictObject({ mode: z.enum(['segments', 'periodicity']), is_enabled: z.boolean() });
		const data = parseObject(request.body, schema, world.switches);
		account.info.customers_mode = data.is_enabled ? data.mode : 'disabled';
		return sendJson(reply, data);
	});
	statusRoutes(app, world);
	segmentRoutes(app, world);
	customFieldRoutes(app, world, '/customers/segments', () => 'segments');
	transactionRoutes(app, world);

	app.post<{ Params: Params }>('/customers/:id(^\\d+$)/bonus_points', (request, reply) => {
		requireCustomers(world);
		const customer = account.customers.get(Number(request.params.id));
		if (!customer || customer.is_deleted) return missing(reply, world);
		const schema = z.strictObject({ earn: int.positive().optional(), redeem: int.positive().optional() });
		const { earn, redeem } = parseObject(request.body, schema, world.switches, (data) => {
			if (data.earn !== undefined && data.redeem !== undefined) return [fieldNotExpected('redeem')];
			if (data.redeem !== undefined && data.redeem > customer.bonus_points) return [invalidValue('redeem')];
			return data.earn === undefined && data.redeem === undefined ? [invalidValue('earn')] : [];
		});
		account.customers.change(customer, { bonus_points: customer.bonus_points + (earn ?? 0) - (redeem ?? 0) });
		return sendJson(reply, { bonus_points: customer.bonus_points });
	});
}

function requireMode(world: World, mode: 'segments' | 'periodicity'): void {
	requireCustomers(world);
	if (world.account.info.customers_mode !== mode) throw unprocessable(`Customers mode is not ${mode}`);
}

function statusRoutes(app: FastifyInstance, world: World): void {
	const table = world.account.customerStatuses;
	const shape = { name, sort: int, color: z.string().regex(/^#[0-9a-f]{6}$/i), request_id: requestId };
	crudRoutes(app, world, {
		path: '/customers/statuses',
		key: 'statuses',
		admin: 'writes',
		rows() {
			requireMode(world, 'periodicity');
			return [...table.values()].sort((a, b) => a.sort - b.sort);
		},
		present: (row, request) => ({
			...row,
			account_id: world.account.info.id,
			_links: hrefLinks(originOf(request), `/customers/statuses/${row.id}`),
		}),
		list: { total: true },
		create: {
			schema: z.strictObject({ ...shape, sort: int.optional(), color: shape.color.optional() }),
			check: () => (table.size >= 30 ? [invalidValue('name', 'Too many statuses.')] : []),
			make: (data) =>
				table.add({ id: table.nextId(), name: data.name, sort: data.sort ?? 100, color: data.color ?? '#d6eaff', is_default: false, conditions: [], type: 0 }),
		},
		update: {
			schema: z.strictObject(shape).partial().extend({ id: int.optional() }),
			apply: (row, data) => void table.change(row, given(data, 'name', 'sort', 'color')),
		},
		remove: { run: ({ id }) => void table.delete(id) },
	});
}

function segmentRoutes(app: FastifyInstance, world: World): void {
	const { account, clock } = world;
	const table = account.segments;
	const shape = {
		name,
		color: z.string().regex(/^[0-9a-f]{6}$/i),
		available_products_price_types: z.array(int).nullish(),
		custom_fields_values: z.array(z.unknown()).nullish(),
		request_id: requestId,
	};
	const checked = (values: unknown) => checkFieldValues(values, fieldFinder(account, 'segments'), fieldContext(world));
	const held = (id: number) => [...account.customers.values()].filter(({ segment_ids }) => segment_ids.includes(id)).length;
	crudRoutes(app, world, {
		path: '/customers/segments',
		key: 'segments',
		admin: 'writes',
		rows() {
			requireMode(world, 'segments');
			return [...table.values()];
		},
		present: (row: SegmentRow, request: FastifyRequest) => ({
			...row,
			custom_fields_values: presentFieldValues(row.custom_fields_values, fieldFinder(account, 'segments'), fieldContext(world)),
			customers_count: held(row.id),
			account_id: account.info.id,
			_links: hrefLinks(originOf(request), `/customers/segments/${row.id}`),
		}),
		list: { total: true },
		create: {
			schema: z.strictObject({ ...shape, color: shape.color.optional() }),
			single: true,
			check: (data) => [...(table.size >= 100 ? [invalidValue('name', 'Too many segments.')] : []), ...checked(data.custom_fields_values).errors],
			make(data) {
				const now = clock.seconds();
				return table.add({
					id: table.nextId(),
					name: data.name,
					color: data.color ?? '10599d',
					created_at: now,
					updated_at: now,
					available_products_price_types: data.available_products_price_types ?? [],
					custom_fields_values: applyFieldPatches([], checked(data.custom_fields_values).patches),
				});
			},
		},
		update: {
			schema: z.strictObject(shape).partial().extend({ id: int.optional() }),
			check: (data) => checked(data.custom_fields_values).errors,
			apply(row, data) {
				table.change(row, {
					...given(data, 'name', 'color'),
					available_products_price_types: data.available_products_price_types ?? row.available_products_price_types,
					custom_fields_values: applyFieldPatches(row.custom_fields_values, checked(data.custom_fields_values).patches),
					updated_at: clock.seconds(),
				});
			},
		},
		remove: {
			run({ id }) {
				table.delete(id);
				for (const customer of account.customers.values()) {
					if (customer.segment_ids.includes(id)) account.customers.change(customer, { segment_ids: customer.segment_ids.filter((own) => own !== id) });
				}
			},
		},
	});
}

const element = z.strictObject({ id: int, metadata: z.strictObject({ catalog_id: int, quantity: z.number() }) });
const TRANSACTION = z.strictObject({
	price: z.number(),
	comment: z.string().nullish(),
	completed_at: int.optional(),
	next_price: z.number().optional(),
	next_date: int.optional(),
	created_by: int.optional(),
	request_id: requestId,
	metadata: z.strictObject({ receipt_link: z.string().nullish(), external_id: z.string().nullish() }).nullish(),
	_embedded: z.strictObject({ catalog_elements: z.array(element).nullish() }).nullish(),
});
/** What a purchase earns with `accrue_bonus=true`: the programme of a live account decides, here it is a tenth. */
const BONUS_SHARE = 0.1;

function transactionRoutes(app: FastifyInstance, world: World): void {
	const { account, clock } = world;
	const table = account.transactions;
	const live = () => {
		requireCustomers(world);
		return [...table.values()].filter(({ is_deleted }) => !is_deleted);
	};
	const present = (row: TransactionRow, request: FastifyRequest) => {
		const { elements, metadata, ...own } = row;
		return {
			...own,
			...(metadata ? { metadata } : {}),
			account_id: account.info.id,
			_links: hrefLinks(originOf(request), `/customers/transactions/${row.id}`),
			_embedded: { customer: { id: row.customer_id, _links: hrefLinks(originOf(request), `/customers/${row.customer_id}`) }, catalog_elements: elements },
		};
	};
	const filter = (query: Record<string, unknown>) => {
		const ids = intsOf(isRecord(query.filter) ? query.filter.id : undefined);
		return (row: TransactionRow) => !ids || ids.has(row.id);
	};
	const remove = { run: (row: TransactionRow) => void table.change(row, { is_deleted: true }) };
	const shared = { key: 'transactions', present, list: { filter }, remove };
	crudRoutes(app, world, { ...shared, path: '/customers/transactions', rows: live });

	const nested = '/customers/:customerId(^\\d+$)/transactions';
	const customerOf = (params: Params) => account.customers.get(Number(params.customerId));
	crudRoutes(app, world, {
		...shared,
		path: nested,
		rows: ({ params }) => (customerOf(params) ? live().filter((row) => row.customer_id === Number(params.customerId)) : undefined),
	});

	app.post<{ Params: Params }>(nested, (request, reply) => {
		requireCustomers(world);
		const customer = customerOf(request.params);
		if (!customer) throw new ValidationProblem([{ errors: [notSupportedChoice('customer_id')] }]);
		const items = parseBatch(request.body, TRANSACTION, world.switches, (data) =>
			(data._embedded?.catalog_elements ?? []).flatMap(({ id, metadata }, index) =>
				account.hasElement(metadata.catalog_id, id) ? [] : [notSupportedChoice(`_embedded.catalog_elements.${index}.id`)],
			),
		);
		const accrues = ['true', '1'].includes(scalar((request.query as Query).accrue_bonus) ?? '');
		const rows = items.map(({ data, requestId: request_id }) => {
			const now = clock.seconds();
			const by = data.created_by ?? request.caller.user.id;
			const row = table.add({
				id: table.nextId(),
				price: data.price,
				comment: data.comment ?? null,
				completed_at: data.completed_at ?? now,
				customer_id: customer.id,
				created_by: by,
				updated_by: by,
				created_at: now,
				updated_at: now,
				is_deleted: false,
				elements: data._embedded?.catalog_elements ?? [],
				metadata: data.metadata ?? null,
			});
			const earned = accrues ? Math.floor(data.price * BONUS_SHARE) : 0;
			account.customers.change(customer, {
				next_price: data.next_price ?? customer.next_price,
				next_date: data.next_date ?? customer.next_date,
				bonus_points: customer.bonus_points + earned,
			});
			world.changes.publish({ kind: 'transaction', action: 'add', row, by });
			return { ...present(row, request), request_id };
		});
		return rows.length > 0 ? sendList(request, reply, world.switches.transactionsKey, rows) : sendNothing(reply);
	});
}
