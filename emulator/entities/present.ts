import { presentFieldValues } from '../fields/values';
import type { Link, LinkableType, LinkEnd } from '../store/links';
import type { ContactRow, CustomerRow, EntityRow, EntityType, LeadRow, LossReasonRow } from '../store/rows';
import { fieldContext, fieldFinder, type World } from '../world';

/** Read models. facts: core 5.3, 9, 10, extended 4 */

export interface Presenter {
	world: World;
	type: EntityType;
	with: ReadonlySet<string>;
	/** `https://host` that the caller used. */
	origin: string;
	/** Whether the caller may know of a linked card. */
	sees(card: LinkEnd): boolean;
}

type Json = Record<string, unknown>;

export const hrefLinks = (origin: string, path: string): Json => ({ self: { href: `${origin}/api/v4${path}` } });

/** `only_deleted` rows are nearly empty. facts: core 5.6 */
export function presentTrashed({ world, type, origin }: Presenter, row: EntityRow): Json {
	const { id, updated_at, updated_by } = row;
	const shared = { id, updated_at, updated_by, account_id: world.account.info.id, _links: hrefLinks(origin, `/${type}/${id}`) };
	const empty = { name: null, responsible_user_id: null, group_id: null, created_by: null, created_at: null };
	if (type !== 'leads') return { ...shared, ...empty, is_deleted: false };
	return { ...shared, ...empty, price: null, status_id: null, pipeline_id: null, is_deleted: true };
}

export function presentEntity(presenter: Presenter, row: EntityRow): Json {
	const { world, type, origin } = presenter;
	const fields = presentFieldValues(row.custom_fields_values, fieldFinder(world.account, type), fieldContext(world));
	return {
		...OWN[type](presenter, row, fields),
		account_id: world.account.info.id,
		_links: hrefLinks(origin, `/${type}/${row.id}`),
		_embedded: presentEmbedded(presenter, row),
	};
}

type Own = (presenter: Presenter, row: EntityRow, fields: unknown) => Json;

const stamps = ({ created_by, updated_by, created_at, updated_at }: EntityRow): Json => ({
	created_by,
	updated_by,
	created_at,
	updated_at,
});

const tail = ({ closest_task_at, is_deleted }: EntityRow, fields: unknown): Json => ({
	closest_task_at,
	is_deleted,
	custom_fields_values: fields,
});

const OWN: Record<EntityType, Own> = {
	leads(presenter, row, fields) {
		const lead = row as LeadRow;
		const wants = presenter.with;
		return {
			id: lead.id,
			name: lead.name,
			price: lead.price,
			responsible_user_id: lead.responsible_user_id,
			group_id: lead.group_id,
			status_id: lead.status_id,
			pipeline_id: lead.pipeline_id,
			loss_reason_id: lead.loss_reason_id,
			source_id: wants.has('source_id') ? lead.source_id : null,
			...stamps(lead),
			closed_at: lead.closed_at,
			...tail(lead, fields),
			score: lead.score,
			labor_cost: lead.labor_cost,
			price_with_minor_units: lead.price_with_minor_units,
			is_price_computed: false,
			...(wants.has('is_price_modified_by_robot') ? { is_price_modified_by_robot: lead.is_price_modified_by_robot } : {}),
		};
	},
	contacts(_presenter, row, fields) {
		const { id, name, first_name, last_name, responsible_user_id, group_id } = row as ContactRow;
		const head = { id, name, first_name, last_name, responsible_user_id, group_id };
		return { ...head, ...stamps(row), ...tail(row, fields), is_unsorted: row.is_unsorted };
	},
	companies(_presenter, row, fields) {
		const { id, name, responsible_user_id, group_id } = row;
		return { id, name, responsible_user_id, group_id, ...stamps(row), ...tail(row, fields) };
	},
	customers({ world, with: wants }, row, fields) {
		const { id, name, next_price, next_date, responsible_user_id, status_id, periodicity } = row as CustomerRow;
		const group = wants.has('group_id') ? { group_id: row.group_id } : {};
		const head = { id, name, next_price, next_date, responsible_user_id, ...group, status_id, periodicity };
		return { ...head, ...stamps(row), ...tail(row, fields), ...world.account.purchasesOf(id) };
	},
};

function presentEmbedded(presenter: Presenter, row: EntityRow): Json {
	const { world, type } = presenter;
	const wants = presenter.with;
	const dictionary = world.account.tags[type];
	const tags = row.tag_ids.flatMap((id) => {
		const tag = dictionary.get(id);
		return tag ? [{ id, name: tag.name, color: tag.color }] : [];
	});
	const out: Json = type === 'customers' ? { segments: (row as CustomerRow).segment_ids.map((id) => ({ id })), tags } : { tags };
	for (const target of EMBEDS[type]) {
		const always = target === 'companies' && type !== 'customers';
		if (always || wants.has(target)) out[target] = presentLinked(presenter, row, target);
	}
	if (wants.has('social_profiles') && type === 'contacts') out.social_profiles = [];
	if (type === 'leads') Object.assign(out, leadExtras(presenter, row as LeadRow));
	return out;
}

const EMBEDS: Record<EntityType, readonly LinkableType[]> = {
	leads: ['companies', 'contacts', 'catalog_elements'],
	contacts: ['companies', 'leads', 'customers', 'catalog_elements'],
	companies: ['contacts', 'leads', 'customers', 'catalog_elements'],
	customers: ['contacts', 'companies', 'catalog_elements'],
};

function presentLinked({ world, type, origin, sees }: Presenter, row: EntityRow, target: LinkableType): Json[] {
	const { account } = world;
	return account.links
		.of({ type, id: row.id }, target)
		.filter(({ to }) => (target === 'catalog_elements' || account.entities(target).get(to.id)?.is_deleted === false) && sees(to))
		.map((link) => presentLink(link, type, target, origin));
}

function presentLink(link: Link, type: EntityType, target: LinkableType, origin: string): Json {
	const { id } = link.to;
	if (target === 'catalog_elements') {
		const { quantity = 1, catalogId, priceId } = link;
		const metadata = { quantity, catalog_id: catalogId, ...(priceId === undefined ? {} : { price_id: priceId }) };
		return { id, metadata, ...metadata, _links: hrefLinks(origin, `/catalogs/${catalogId}/elements/${id}`) };
	}
	const isMain = target === 'contacts' && type !== 'companies' ? { is_main: link.isMain } : {};
	return { id, ...isMain, _links: hrefLinks(origin, `/${target}/${id}`) };
}

function leadExtras({ world, with: wants, origin }: Presenter, lead: LeadRow): Json {
	const reason = lead.loss_reason_id === null ? undefined : world.account.lossReasons.get(lead.loss_reason_id);
	const source = lead.source_id === null ? undefined : world.account.sources.get(lead.source_id);
	return {
		...(wants.has('source') && source ? { source: { id: source.id, name: source.name } } : {}),
		...(wants.has('loss_reason') ? { loss_reason: reason ? [presentLossReason(reason, origin)] : [] } : {}),
	};
}

export const presentLossReason = (reason: LossReasonRow, origin: string): Json => ({
	...reason,
	_links: hrefLinks(origin, `/leads/loss_reasons/${reason.id}`),
});
