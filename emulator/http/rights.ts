import type { FastifyRequest } from 'fastify';
import type { LinkEnd } from '../store/links';
import type { UnsortedRow } from '../store/moreRows';
import type { EntityRow, EntityType, TaskRow, UserRow } from '../store/rows';
import type { World } from '../world';
import { forbidden } from './problems';
import { isRecord } from './query';

/** What the role of the calling user lets it do with one row. facts: extended 6 */

export type Right = 'view' | 'edit' | 'add' | 'delete';

/** Of one caller over rows of one kind. */
export interface Rights<R> {
	add: boolean;
	may(right: Right, row: R): boolean;
}

interface Owned {
	responsible_user_id: number;
	group_id: number;
}

/** A all, G the group's and its own, M its own, D none. */
function reaches(level: unknown, user: UserRow, row: Owned): boolean {
	if (level === 'D') return false;
	if (level === 'M') return row.responsible_user_id === user.id;
	if (level === 'G') return row.responsible_user_id === user.id || row.group_id === (user.rights.group_id ?? 0);
	return true;
}

/** Undefined for those who may everything: administrators, and everybody while the switch is off. */
const limitedUser = ({ switches }: World, { caller: { user } }: FastifyRequest): UserRow | undefined =>
	switches.rolesEnforced && !user.rights.is_admin ? user : undefined;

export function entityRights(world: World, type: EntityType, request: FastifyRequest): Rights<EntityRow> | undefined {
	const user = limitedUser(world, request);
	// A role has no rights over customers of their own.
	if (!user || type === 'customers') return undefined;
	const own = user.rights[type];
	const level = (right: Right, row: EntityRow): unknown => stageRights(user, row)?.[right] ?? own[right];
	const may = (right: Right, row: EntityRow): boolean => {
		const needed: Right[] = right === 'delete' ? ['view', 'edit', 'delete'] : right === 'edit' ? ['view', 'edit'] : [right];
		return needed.every((step) => reaches(level(step, row), user, row));
	};
	return { add: own.add !== 'D', may };
}

/** What a role says of leads on one stage goes before what it says of leads. */
function stageRights({ rights }: UserRow, row: EntityRow & { pipeline_id?: number; status_id?: number }): Record<string, unknown> | undefined {
	const found = (rights.status_rights ?? []).find(
		(entry) => isRecord(entry) && entry.pipeline_id === row.pipeline_id && entry.status_id === row.status_id && row.status_id !== undefined,
	);
	return isRecord(found) && isRecord(found.rights) ? found.rights : undefined;
}

/** An incoming lead belongs to nobody yet: whoever has any right over leads on its stage has it over this one. */
export function unsortedRights(world: World, request: FastifyRequest): Rights<UnsortedRow> | undefined {
	const user = limitedUser(world, request);
	if (!user) return undefined;
	const { leads } = world.account;
	const may = (right: Right, { lead_id }: UnsortedRow): boolean => {
		const lead = leads.get(lead_id ?? 0);
		return ((lead && stageRights(user, lead))?.[right] ?? user.rights.leads[right]) !== 'D';
	};
	return { add: user.rights.leads.add !== 'D', may };
}

/** Tasks are seen by everybody. */
export function taskRights(world: World, request: FastifyRequest): Rights<TaskRow> | undefined {
	const user = limitedUser(world, request);
	return user && { add: true, may: (right, row) => right === 'view' || right === 'add' || reaches(user.rights.tasks[right], user, row) };
}

/** Whether a card may be read, or what belongs to it (notes, links, files) be written. */
export function mayCard(world: World, right: 'view' | 'edit', { type, id }: LinkEnd, request: FastifyRequest): boolean {
	const { account } = world;
	if (type === 'catalog_elements') return catalogRights(world, request)?.may(right, account.elements.get(id)?.catalog_id) ?? true;
	const row = account.entities(type).get(id);
	return row === undefined || (entityRights(world, type, request)?.may(right, row) ?? true);
}

export function requireCard(world: World, right: 'view' | 'edit', card: LinkEnd, request: FastifyRequest): void {
	if (!mayCard(world, right, card, request)) throw forbidden();
}

/** Over what belongs to cards: what sees the card sees it, what may edit the card may write it. */
export function cardRights<R>(world: World, request: FastifyRequest, cardOf: (row: R) => LinkEnd): Rights<R> | undefined {
	if (!limitedUser(world, request)) return undefined;
	return { add: true, may: (right, row) => mayCard(world, right === 'view' ? 'view' : 'edit', cardOf(row), request) };
}

/** Of lists and their elements, by the list's id: `catalog_rights` of one list go before `catalog_access`. */
export function catalogRights(world: World, request: FastifyRequest): Rights<number | undefined> | undefined {
	const user = limitedUser(world, request);
	if (!user) return undefined;
	const { catalog_rights, catalog_access } = user.rights;
	const may = (right: Right, catalogId: number | undefined): boolean => {
		const entry = (catalog_rights ?? []).find((own) => isRecord(own) && own.catalog_id === catalogId);
		const level = isRecord(entry) && isRecord(entry.rights) ? entry.rights[right] : undefined;
		return level === undefined ? catalog_access : level !== 'D';
	};
	return { add: catalog_access, may };
}

/** The same rights over rows that belong to what they are over. */
export const rightsBy = <T, R>(rights: Rights<T> | undefined, of: (row: R) => T): Rights<R> | undefined =>
	rights && { add: rights.add, may: (right, row) => rights.may(right, of(row)) };
