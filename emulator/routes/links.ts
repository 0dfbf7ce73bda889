import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requestId } from '../entities/schemas';
import { fullUrl, originOf, sendJson, sendNothing } from '../http/envelope';
import { fieldMissing, notFound, notSupportedChoice, ValidationProblem, type FieldError } from '../http/problems';
import { intsOf, isRecord, listOf, type Query } from '../http/query';
import { mayCard, requireCard } from '../http/rights';
import type { Link, LinkableType, LinkEnd } from '../store/links';
import type { EntityType } from '../store/rows';
import { parseBatch } from '../validation/batch';
import { sealed } from '../validation/zodErrors';
import type { World } from '../world';

/** Links, single and mass. facts: core 11, extended 3.5 */

/** `link` and `links` of elements are in no document; the official client has them. facts: extended 12 */
const TARGETS: Record<LinkableType, readonly LinkableType[]> = {
	leads: ['contacts', 'companies', 'catalog_elements'],
	contacts: ['companies', 'customers', 'catalog_elements', 'leads'],
	companies: ['contacts', 'leads', 'customers', 'catalog_elements'],
	customers: ['contacts', 'companies', 'catalog_elements'],
	catalog_elements: ['leads', 'contacts', 'companies', 'customers'],
};

const int = z.number().int();
const shape = {
	to_entity_id: int,
	to_entity_type: z.enum(['leads', 'contacts', 'companies', 'customers', 'catalog_elements']),
	metadata: sealed({
		is_main: z.boolean().nullish(),
		catalog_id: int.nullish(),
		quantity: z.number().nullish(),
		price_id: int.nullish(),
		updated_by: int.nullish(),
		/** As links are read; `is_main` alone is written. facts: extended 12 */
		main_contact: z.boolean().nullish(),
	}).nullish(),
};
/** Read by nobody but the mass routes, where the address does not say whose links they are. facts: extended 12 */
const SOURCE = { entity_type: z.string().nullish(), request_id: requestId };
const ONE = z.strictObject(shape).extend({ ...SOURCE, entity_id: int.nullish() });
const MASS = ONE.extend({ entity_id: int });
type LinkInput = z.infer<typeof ONE>;
type Params = Record<string, string>;

/** Where records have links: `/leads`, or `/catalogs/7/elements`. */
interface LinkPlace {
	/** As a pattern of the router. */
	path: string;
	type: LinkableType;
	exists(id: number, params: Params): boolean;
}

export function linkRoutes(app: FastifyInstance, world: World, type: EntityType): void {
	placeRoutes(app, world, { path: `/${type}`, type, exists: (id) => world.account.entities(type).get(id)?.is_deleted === false });
}

export function elementLinkRoutes(app: FastifyInstance, world: World): void {
	placeRoutes(app, world, {
		path: '/catalogs/:catalogId(^\\d+$)/elements',
		type: 'catalog_elements',
		exists: (id, params) => world.account.hasElement(Number(params.catalogId), id),
	});
}

function placeRoutes(app: FastifyInstance, world: World, { path, type, exists }: LinkPlace): void {
	const { links } = world.account;
	const one = `${path}/:id(^\\d+$)`;
	const endOf = (request: FastifyRequest<{ Params: Params }>): LinkEnd => {
		const id = Number(request.params.id);
		if (!exists(id, request.params)) throw notFound('Entity not found');
		requireCard(world, request.method === 'GET' ? 'view' : 'edit', { type, id }, request);
		return { type, id };
	};

	const seenBy = (request: FastifyRequest) => ({ to }: Link) => mayCard(world, 'view', to, request);

	app.get<{ Params: Params }>(`${one}/links`, (request, reply) => {
		const from = endOf(request);
		const found = links.of(from).filter(linkFilter(request.query as Query)).filter(seenBy(request));
		if (found.length === 0 && world.switches.emptyLinksStatus === 204) return sendNothing(reply);
		return sendLinks(request, reply, found.map((link) => presentLink(link, false)));
	});

	app.get<{ Params: Params }>(`${path}/links`, (request, reply) => {
		const query = request.query as Query;
		const ids = isRecord(query.filter) ? intsOf(query.filter.entity_id) : undefined;
		if (!ids) throw new ValidationProblem([{ errors: [fieldMissing('filter.entity_id')] }]);
		const here = [...ids].filter((id) => exists(id, request.params) && mayCard(world, 'view', { type, id }, request));
		const found = here.flatMap((id) => links.of({ type, id }).filter(linkFilter(query)).filter(seenBy(request)));
		if (found.length === 0 && world.switches.emptyLinksStatus === 204) return sendNothing(reply);
		return sendLinks(request, reply, found.map((link) => presentLink(link, true)));
	});

	const verbs = {
		link: (request: FastifyRequest, from: LinkEnd, input: LinkInput) => {
			const made = putLink(world, from, input);
			world.changes.publish({ kind: 'link', action: 'link', from: made.from, to: made.to, by: request.caller.user.id });
			return presentLink(links.between(from, { type: input.to_entity_type, id: input.to_entity_id }) ?? made, true);
		},
		unlink: (request: FastifyRequest, from: LinkEnd, input: LinkInput) => {
			const ends = endsOf(from, input);
			if (links.remove(ends.from, ends.to)) world.changes.publish({ kind: 'link', action: 'unlink', ...ends, by: request.caller.user.id });
			return undefined;
		},
	};

	for (const verb of ['link', 'unlink'] as const) {
		const check = (input: LinkInput, params: Params) => checkLink(world, type, withCatalog(input, params), verb);
		const run = (request: FastifyRequest<{ Params: Params }>, reply: FastifyReply, inputs: (LinkInput & { entity_id: number })[]) => {
			const rows = inputs.map((input) => verbs[verb](request, { type, id: input.entity_id }, withCatalog(input, request.params)));
			return verb === 'unlink' ? sendNothing(reply) : sendLinks(request, reply, rows, request.url.replace(/\/link\b.*$/, '/links'));
		};
		app.post<{ Params: Params }>(`${one}/${verb}`, (request, reply) => {
			const { id } = endOf(request);
			const items = parseBatch(request.body, ONE, world.switches, (input) => check(input, request.params));
			return run(request, reply, items.map(({ data }) => ({ ...data, entity_id: id })));
		});
		app.post<{ Params: Params }>(`${path}/${verb}`, (request, reply) => {
			const items = parseBatch(request.body, MASS, world.switches, (input) => [
				...(exists(input.entity_id, request.params) ? [] : [notSupportedChoice('entity_id')]),
				...check(input, request.params),
			]);
			for (const { data } of items) requireCard(world, 'edit', { type, id: data.entity_id }, request);
			return run(request, reply, items.map(({ data }) => data));
		});
	}
}

/** Which list an element is of, its own address says. */
function withCatalog(input: LinkInput, { catalogId }: Params): LinkInput {
	return catalogId === undefined ? input : { ...input, metadata: { ...input.metadata, catalog_id: Number(catalogId) } };
}

/** The element is the far end of a link, whoever is named first: events tell it so. */
function endsOf(from: LinkEnd, { to_entity_type: type, to_entity_id: id }: LinkInput): { from: LinkEnd; to: LinkEnd } {
	const to = { type, id };
	return from.type === 'catalog_elements' ? { from: to, to: from } : { from, to };
}

function checkLink({ account }: World, type: LinkableType, input: LinkInput, verb: 'link' | 'unlink'): FieldError[] {
	const { to_entity_type: target, to_entity_id: id, metadata } = input;
	if (!TARGETS[type].includes(target)) return [notSupportedChoice('to_entity_type')];
	const errors: FieldError[] = [];
	const by = metadata?.updated_by;
	if (typeof by === 'number' && by !== 0 && !account.users.has(by)) errors.push(notSupportedChoice('metadata.updated_by'));
	if (type === 'catalog_elements' || target === 'catalog_elements') {
		const catalogId = metadata?.catalog_id;
		if (typeof catalogId !== 'number') return [...errors, fieldMissing('metadata.catalog_id')];
		const price = metadata?.price_id;
		const field = typeof price === 'number' ? account.customFields.get(price) : undefined;
		const badPrice = typeof price === 'number' && (field?.type !== 'price' || field.owner !== `catalogs/${catalogId}`);
		if (target === 'catalog_elements' && !account.hasElement(catalogId, id)) errors.push(notSupportedChoice('to_entity_id'));
		if (badPrice) errors.push(notSupportedChoice('metadata.price_id'));
	}
	if (target === 'catalog_elements' || verb === 'unlink') return errors;
	const row = account.entities(target).get(id);
	return row && !row.is_deleted ? errors : [...errors, notSupportedChoice('to_entity_id')];
}

/** One company per lead, contact and customer; one main contact. */
function putLink(world: World, source: LinkEnd, input: LinkInput): Link {
	const { links } = world.account;
	const { from, to } = endsOf(source, input);
	const known = links.between(from, to);
	const { is_main, quantity, catalog_id, price_id } = input.metadata ?? {};
	const toContact = [from, to].find((end) => end.type === 'contacts');
	const owner = toContact === to ? from : to;
	const contacts = toContact && owner.type !== 'companies' ? links.of(owner, 'contacts') : [];
	const isMain = toContact !== undefined && (is_main ?? known?.isMain ?? (owner.type === 'leads' && contacts.length === 0));
	if (isMain) for (const other of contacts) links.put({ ...other, isMain: false });
	for (const [end, other] of [[from, to], [to, from]] as const) {
		if (end.type === 'companies' && other.type !== 'companies' && other.type !== 'catalog_elements') {
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
	const isElement = from.type === 'catalog_elements' || to.type === 'catalog_elements';
	const metadata = isElement
		? { quantity, catalog_id: catalogId, ...(priceId === undefined ? {} : { price_id: priceId }) }
		: to.type === 'contacts'
			? { main_contact: isMain }
			: null;
	return {
		...(withSource ? { entity_id: from.id, entity_type: from.type } : {}),
		to_entity_id: to.id,
		to_entity_type: to.type,
		metadata,
	};
}

function sendLinks(request: FastifyRequest, reply: FastifyReply, rows: unknown[], path?: string) {
	const href = path ? `${originOf(request)}${path}` : fullUrl(request);
	return sendJson(reply, { _total_items: rows.length, _links: { self: { href } }, _embedded: { links: rows } });
}

