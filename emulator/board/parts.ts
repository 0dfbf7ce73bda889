import { html, type Markup } from '../html/escape';
import type { LinkableType } from '../store/links';
import type { EntityRow, EntityType, StatusRow, TaskRow } from '../store/rows';
import type { View } from './view';

/** Pieces that several pages share. */

export const tagList = (view: View, type: EntityType, row: EntityRow): Markup[] =>
	row.tag_ids.flatMap((id) => {
		const tag = view.world.account.tags[type].get(id);
		return tag ? [html`<span class="tag"${tag.color === null ? '' : html` style="background:#${tag.color}"`}>${tag.name}</span>`] : [];
	});

/** Linked cards of one type, the main contact first; deleted ones are left out. */
export function linked(view: View, type: EntityType, id: number, target: EntityType): { row: EntityRow; isMain: boolean }[] {
	const { account } = view.world;
	return account.links
		.of({ type, id }, target as LinkableType)
		.flatMap(({ to, isMain }) => {
			const row = account.entities(target).get(to.id);
			return row && !row.is_deleted ? [{ row, isMain }] : [];
		})
		.sort((a, b) => Number(b.isMain) - Number(a.isMain));
}

export const cardPath = (type: EntityType | 'tasks', id: number): string => `/${type === 'tasks' ? 'todo' : type}/detail/${id}`;

export const cardLink = (type: EntityType | 'tasks', row: { id: number; name?: string | null; text?: string }): Markup =>
	html`<a href="${cardPath(type, row.id)}">${row.name ?? row.text ?? `#${row.id}`}</a>`;

export const stageBadge = (status: StatusRow | undefined): Markup =>
	status ? html`<span class="stage"><i style="background:${status.color}"></i>${status.name}</span>` : html``;

const PALETTE = ['#5b8def', '#2aa198', '#b58900', '#c2607f', '#6c71c4', '#3a9d5d'];

/** Initials in a colour that stays with the person. */
export function avatar(view: View, userId: number): Markup {
	const name = view.user(userId);
	const initials = name.split(/\s+/).slice(0, 2).map((word) => word.charAt(0)).join('');
	return html`<span class="avatar" style="background:${PALETTE[userId % PALETTE.length]}" title="${view.texts.responsible}: ${name}">${initials}</span>`;
}

export function taskState(view: View, task: TaskRow): { kind: 'done' | 'overdue' | 'open'; label: string } {
	const { texts, world } = view;
	if (task.is_completed) return { kind: 'done', label: texts.done };
	return task.complete_till < world.clock.seconds() ? { kind: 'overdue', label: texts.overdue } : { kind: 'open', label: texts.open };
}

/** What makes the board's script see that a row has changed. */
export const version = (row: { updated_at: number }, ...more: unknown[]): string => [row.updated_at, ...more].join(':');
