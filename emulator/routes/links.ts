import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { fullUrl, originOf, sendJson, sendNothing } from '../http/envelope';
import { fieldMissing, notFound, notSupportedChoice, ValidationProblem, type FieldError } from '../http/problems';
import { intsOf, isRecord, listOf, type Query } from '../http/query';
import type { Link, LinkableType, LinkEnd } from '../store/links';
import type { EntityType } from '../store/rows';
import { parseBatch } from '../validation/batch';
import { fieldContext, type World } from '../world';

/** Links, single and mass. facts: core 11, extended 3.5 */

const TARGETS: Record<EntityType, readonly LinkableType[]> = {
	leads: ['contacts', 'companies', 'catalog_elements'],
	contacts: ['companies', 'customers', 'catalog_elements', 'leads'],
	companies: ['contacts', 'leads', 'customers', 'catalog_elements'],
	customers: ['contacts', 'companies', 'catalog_elements'],
};

const int = z.number().int();
const shape = {
	to_entity_id: int,
	to_entity_type: z.enum(['leads', 'contacts', 'companies', 'customers', 'catalog_elements']),
	metadata: z
		.strictObject({
			is_main: z.boolean().nullish(),
			catalog_id: int.nullish(),
			quantity: z.number().nullish(),
			price_id: int.nullish(),
			updated_by: int.nullish(),
		})
		.nullish(),
};
const ONE = z.strictObject(shape).extend({ entity_id: int.optional() });
const MASS = z.strictObject(shape).extend({ entity_id: int });
type LinkInput = z.infer<typeof ONE>;

export function linkRoutes(app: FastifyInstance, world: World, type: EntityType): void {
	const { links } = world.account;
	const exists = (id: number) => world.account.entities(type).get(id)?.is_deleted === false;
	const one = `/${type}/:id(^\\d+$)`;
	const endOf = (request: FastifyRequest<{ Params: { id: string } }>): LinkEnd => {
		const id = Number(request.params.id);
		if (!exists(id)) throw notFound('Entity not found');
		return { type, id };
	};

	app.get<{ Params: { id: string } }>(`${one}/links`, (request, reply) => {
		const from = endOf(request);
		const found = links.of(from).filter(linkFilter(request.query as Query));
		if (found.length === 0 && world.switches.emptyLinksStatus === 204) return sendNothing(reply);
		return sendLinks(request, reply, found.map((link) => presentLink(link, false)));
	});

	app.get(`/${type}/links`, (request, reply) => {
		const query = request.query as Query;
		const ids = isRecord(query.filter) ? intsOf(query.filter.entity_id) : undefined;
		if (!ids) throw new ValidationProblem([{ errors: [fieldMissing('filter.entity_id')] }]);
		const found = [...ids].flatMap((id) => links.of({ type, id }).filter(linkFilter(query)));
		if (found.length === 0 && world.switches.emptyLinksStatus === 204) return sendNothing(reply);
		return sendLinks(request, reply, found.map((link) => presentLink(link, true)));
	});

	const link = (request: FastifyRequest, inputs: (LinkInput & { entity_id: number })[]) =>
		inputs.map((input) => {
			const made = putLink(world, { type, id: input.entity_id }, input);
			world.changes.publish({ kind: 'link', action: 'link', from: made.from, to: made.to, by: request.caller.user.id });
			return presentLink(made, true);
		});

	const unlink = (request: FastifyRequest, inputs: (LinkInput & { entity_id: number })[]) => {
		for (const input of inputs) {
			const from = { type, id: input.entity_id };
			const to = { type: input.to_entity_type, id: input.to_entity_id };
			if (!links.remove(from, to)) continue;
			world.changes.publish({ kind: 'link', action: 'unlink', from, to, by: request.caller.user.id });
		}
	};

	for (const [verb, run] of [['link', link], ['unlink', unlink]] as const) {
		const check = (input: LinkInput) => checkLink(world, type, input, verb);
		app.post<{ Params: { id: string } }>(`${one}/${verb}`, (request, reply) => {
			const { id } = endOf(request);
			const items = parseBatch(request.body, ONE, world.switches, check).map(({ data }) => ({ ...data, entity_id: id }));
			const rows = run(request, items);
			return rows ? sendLinks(request, reply, rows, `/${type}/${id}/links`) : sendNothing(reply);
		});
		app.post(`/${type}/${verb}`, (request, reply) => {
			const items = parseBatch(request.body, MASS, world.switches, (input) => [
				...(exists(input.entity_id) ? [] : [notSupportedChoice('entity_id')]),
				...check(input),
			]).map(({ data }) => ({ ...data, entity_id: data.entity_id }));
			const rows = run(request, items);
			return rows ? sendLinks(request, reply, rows, `/${type}/links`) : sendNothing(reply);
		});
	}
}

function checkLink(world: World, type: EntityType, input: LinkInput, verb: 'link' | 'unlink'): FieldError[] {
	const { to_entity_type: target, to_entity_id: id, metadata } = input;
	if (!TARGETS[type].includes(target)) return [notSupportedChoice('to_entity_type')];
	if (target === 'catalog_elements') {
		const catalogId = metadata?.catalog_id;
		if (typeof catalogId !== 'number') return [fieldMissing('metadata.catalog_id')];
		const price = metadata?.price_id;
		const field = typeof price === 'number' ? world.account.customFields.get(price) : undefined;
		const badPrice = typeof price === 'number' && (field?.type !== 'price' || field.owner !== `catalogs/${catalogId}`);
		return [
			...(fieldContext(world).hasElement(catalogId, id) ? [] : [notSupportedChoice('to_entity_id')]),
			...(badPrice ? [notSupportedChoice('metadata.price_id')] : []),
		];
	}
	if (verb === 'unlink') return [];
	const row = world.account.entities(target).get(id);
	return row && !row.is_deleted ? [] : [notSupportedChoice('to_entity_id')];
}

/** One company per lead, contact and customer; one main contact. */
function putLink(world: World, from: LinkEnd, input: LinkInput): Link {
	const { links } = world.account;
	const to: LinkEnd = { type: input.to_entity_type, id: input.to_entity_id };
	const known = links.between(from, to);
	const { is_main, quantity, catalog_id, price_id } = input.metadata ?? {};
	const toContact = [from, to].find((end) => end.type === 'contacts');
	const owner = toContact === to ? from : to;
	const contacts = toContact && owner.type !== 'companies' ? links.of(owner, 'contacts') : [];
	const isMain = toContact !== undefined && (is_main ?? known?.isMain ?? (owner.type === 'leads' && contacts.length === 0));
	if (isMain) for (const other of contacts) links.put({ ...other, isMain: false });
	for (const [end, other] of [[from, to], [to, from]] as const) {
		if (end.type === 'companies' && other.type !== 'companies') {
			for (const old of links.of(other, 'companies')) if (old.to.id !== end.id) links.remove(other, old.to);
		}
	}
	const link: Link = {
		from,
		to,
		isMain,
		...(to.type === 'catalog_elements' ? { quantity: quantity ?? known?.quantity ?? 1, catalogId: catalog_id ?? undefined, priceId: price_id ?? known?.priceId } : {}),
	};
	links.put(link);
	return link;
}

function linkFilter(query: Query): (link: Link) => boolean {
	const filter = isRecord(query.filter) ? query.filter : {};
	const ids = intsOf(filter.to_entity_id);
	const types = listOf(filter.to_entity_type);
	const catalogs = intsOf(filter.to_catalog_id);
	// The two work only as a pair. facts: core 11
	const pair = ids && types ? ({ to }: Link) => ids.has(to.id) && types.includes(to.type) : () => true;
	return (link) => pair(link) && (!catalogs || catalogs.has(link.catalogId ?? -1));
}

export function presentLink(link: Link, withSource: boolean) {
	const { from, to, isMain, quantity, catalogId, priceId } = link;
	const metadata =
		to.type === 'contacts'
			? { main_contact: isMain }
			: to.type === 'catalog_elements'
				? { quantity, catalog_id: catalogId, ...(priceId === undefined ? {} : { price_id: priceId }) }
				: null;
	return {
		...(withSource ? { entity_id: from.id, entity_type: from.type } : {}),
		to_entity_id: to.id,
		to_entity_type: to.type,
		metadata,
	};
}

function sendLinks(request: FastifyRequest, reply: Parameters<typeof sendJson>[0], rows: unknown[], path?: string) {
	const href = path ? `${originOf(request)}/api/v4${path}` : fullUrl(request);
	return sendJson(reply, { _total_items: rows.length, _links: { self: { href } }, _embedded: { links: rows } });
}

