import { describe, expect, it } from 'vitest';
import { groupText } from '#/text/group-columns';
import {
  addGroup,
  columnsOf,
  featureCount,
  findColumns,
  firstGroups,
  groupsOf,
  moveColumns,
  problemOf,
  rename,
  ungroup,
} from './group-form';

const names = ['age', 'sex=f', 'sex=m', 'port=c', 'port=s'];
const suggested = [
  { name: 'sex', features: [1, 2] },
  { name: 'port', features: [3, 4] },
];
const first = firstGroups(names.length, suggested);

describe('the form of groups', () => {
  it('starts with the suggestions', () => {
    expect(groupsOf(first)).toEqual(suggested);
    expect(featureCount(first)).toBe(3);
    expect(problemOf(first, names)).toBeNull();
    expect(problemOf(firstGroups(5, []), names)).toBe(groupText.problems.none);
  });

  it('moves columns between groups, to a new one, and out', () => {
    const moved = moveColumns(first, [3], 0);
    expect(groupsOf(moved)).toEqual([
      { name: 'sex', features: [1, 2, 3] },
      { name: 'port', features: [4] },
    ]);
    const own = moveColumns(first, [0, 1], 'new');
    expect(groupsOf(own)).toEqual([
      { name: 'sex', features: [2] },
      { name: 'port', features: [3, 4] },
      { name: groupText.newName(1), features: [0, 1] },
    ]);
    expect(featureCount(moveColumns(first, [1], null))).toBe(4);
  });

  it('drops a group with its last column, and keeps keys apart', () => {
    const without = moveColumns(first, [1, 2], null);
    expect(without.groups.map(({ name }) => name)).toEqual(['port']);
    const again = moveColumns(without, [1, 2], 'new');
    expect(new Set(again.groups.map(({ key }) => key)).size).toBe(2);
    expect(columnsOf(again, again.groups.at(-1)!.key)).toEqual([1, 2]);
    expect(columnsOf(again, 1)).toEqual([3, 4]);
  });

  it('keeps a group whose columns move into it', () => {
    expect(groupsOf(moveColumns(first, [1, 2], 0))).toEqual(suggested);
  });

  it('ungroups and renames', () => {
    expect(groupsOf(ungroup(first, 0))).toEqual([suggested[1]]);
    expect(groupsOf(rename(first, 1, ' harbour '))[1]!.name).toBe('harbour');
  });

  it('says what is wrong', () => {
    expect(problemOf(rename(first, 0, ' '), names)).toBe(groupText.problems.noName);
    expect(problemOf(rename(first, 0, 'port'), names)).toBe(groupText.problems.twice('port'));
    expect(problemOf(rename(first, 0, 'age'), names)).toBe(groupText.problems.twice('age'));
    // A member of a group leaves its name free.
    expect(problemOf(rename(first, 0, 'sex=f'), names)).toBeNull();
    expect(problemOf(addGroup(first), names)).toBe(groupText.problems.empty(groupText.newName(1)));
  });

  it('finds columns by any part of their name', () => {
    expect(findColumns(names, 'SEX')).toEqual([1, 2]);
    expect(findColumns(names, ' ')).toHaveLength(5);
    expect(findColumns(names, 'zzz')).toEqual([]);
  });
});
