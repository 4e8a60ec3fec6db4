//! The list of promises, and the macro that makes a test of each.

/// Makes a test of every promise. `$fresh` is an async function that answers with an empty store (`Arc<dyn Store>`) and a value that
/// is dropped after the test.
#[macro_export]
macro_rules! conformance_tests {
    ($fresh:path) => {
        $crate::conformance_tests! { @each $fresh;
            people {
                a_person_is_found_by_id_and_by_address
                a_person_without_a_password_is_found_without_one
                nobody_is_found_in_an_empty_store
                an_address_is_found_only_as_it_is_written
                odd_text_comes_back_as_it_was
                times_at_the_ends_of_their_range_come_back_as_they_were
                sign_up_adds_person_account_and_session_in_one_step
                sign_up_without_a_session_adds_none
                a_taken_address_is_a_conflict
                a_taken_user_id_is_a_conflict
                create_user_with_a_taken_token_writes_nothing
                create_user_with_a_taken_session_id_writes_nothing
                create_user_with_a_taken_account_writes_nothing
                create_user_with_an_account_of_nobody_writes_nothing
                of_many_sign_ups_with_one_address_exactly_one_succeeds
                an_address_is_free_again_after_its_person_was_deleted
                people_are_listed_in_the_order_they_signed_up
                people_of_the_same_moment_are_listed_in_the_order_they_were_added
                people_are_listed_page_by_page
                after_an_unknown_person_nobody_is_listed
                a_change_leaves_other_fields_as_they_were
                a_change_is_noted_with_its_time
                a_picture_can_be_set_and_removed
                a_change_to_a_taken_address_is_a_conflict_and_changes_nothing
                a_change_to_the_own_address_is_no_conflict
                a_changed_address_frees_the_old_one
                a_change_of_nobody_is_not_found
                a_change_on_condition_of_another_address_is_not_found_and_changes_nothing
                a_change_on_condition_of_the_present_address_is_made
                a_change_on_condition_of_no_new_password_is_made_only_without_one
                of_many_changes_on_condition_of_one_address_exactly_one_is_made
                deleting_a_person_takes_everything_of_theirs_along
                deleting_a_person_leaves_others_alone
                deleting_nobody_is_not_found
            }
            accounts {
                accounts_come_oldest_first
                nobody_has_no_accounts
                a_new_password_replaces_the_old_one
                a_new_password_or_address_makes_earlier_links_worthless
                a_new_password_is_set_only_if_what_it_rests_on_still_holds
                a_new_address_ends_the_sessions_that_it_names_in_the_same_step
                a_first_password_makes_an_account
                a_password_of_nobody_is_not_found
                a_new_password_ends_all_sessions_when_told_so
                a_new_password_ends_all_sessions_but_one_when_told_so
                a_new_password_ends_no_session_when_told_so
                a_new_password_leaves_sessions_of_others_alone
                a_new_password_adds_its_session_after_ending_the_others
                set_password_with_a_taken_token_writes_nothing
                set_password_with_a_taken_account_id_writes_nothing
                an_account_can_be_removed_while_there_is_another
                the_last_account_is_a_conflict
                the_last_account_goes_when_that_is_allowed
                the_account_of_another_person_is_not_found
                an_unknown_account_is_not_found
            }
            sessions {
                a_session_is_found_with_its_person
                an_unknown_token_is_not_found
                an_expired_session_is_still_found_by_its_token
                a_session_is_found_by_its_id_until_it_ends
                a_session_shows_its_person_as_changed_since
                a_taken_token_is_a_conflict
                a_taken_session_id_is_a_conflict
                a_session_of_nobody_is_not_found
                a_new_session_ends_the_one_it_replaces
                a_new_session_does_not_end_one_of_another_person
                a_new_session_that_replaces_nothing_says_so
                a_refused_session_does_not_end_the_one_it_would_replace
                an_ended_token_may_be_used_again
                a_person_sees_only_sessions_that_are_not_over
                a_person_sees_only_their_own_sessions_oldest_first
                operators_see_sessions_newest_first_with_addresses
                operators_see_no_more_than_they_ask_for
                ending_a_session_says_whether_there_was_one
                an_ended_session_is_gone_at_once
                a_session_ends_by_its_id
                a_session_does_not_end_by_its_id_for_another_person
                an_operator_ends_anybodys_session_by_its_id
                ending_all_sessions_of_a_person_answers_with_their_tokens
                ending_all_sessions_but_one_keeps_that_one
                ending_none_ends_none
                ending_sessions_of_nobody_ends_none
                of_many_who_end_a_session_exactly_one_did
                of_many_sessions_with_one_token_exactly_one_is_added
                many_sessions_added_at_once_are_all_there
                a_sign_in_is_seen_by_the_next_read
            }
            devices {
                a_device_comes_with_its_first_session_and_is_seen_with_each
                a_session_that_is_refused_brings_no_device
                one_browser_of_two_people_is_two_devices
                a_device_is_named_and_unnamed
                a_name_outlives_the_sessions_of_its_device
                of_too_many_devices_the_one_unseen_for_longest_is_forgotten
                sessions_end_by_kind_by_device_and_but_one
                everybodys_sessions_end_and_people_stay
                the_sweep_forgets_devices_that_were_not_seen_for_long_and_have_no_session
            }
            documents {
                a_document_is_made_changed_and_removed
                a_revision_is_as_great_as_the_time_so_that_one_that_a_backup_lost_does_not_come_again
                a_change_that_expects_another_document_is_not_made
                one_count_goes_through_all_documents_of_a_person
                a_document_that_is_one_too_many_is_not_made
                of_removals_only_the_last_ones_are_remembered
                the_last_changes_of_many_people_come_in_their_order_and_removals_are_among_them
                of_many_who_change_one_document_exactly_one_does
                documents_belong_to_one_person_and_go_with_them
                documents_of_nobody_are_not_found
            }
            limits {
                a_session_keeps_its_kind
                an_end_comes_nearer_and_never_goes_further_away
                an_end_comes_nearer_by_the_predecessor_too
                of_too_many_sessions_those_unused_for_longest_end
                other_kinds_other_people_and_what_is_over_do_not_count
            }
            renewals {
                a_renewal_gives_a_later_end
                a_renewal_changes_nothing_but_the_end_and_the_time_of_change
                a_repeated_renewal_is_the_same_renewal
                of_many_renewals_exactly_one_is_made
                a_renewal_of_a_session_that_ends_late_enough_is_not_made
                a_renewal_never_brings_the_end_nearer
                a_renewal_never_revives_an_ended_session
                a_renewal_never_revives_a_session_that_is_over
                a_renewal_never_revives_a_session_of_a_deleted_person
                activity_is_noted
                activity_never_moves_back
                activity_changes_nothing_else
                activity_of_an_ended_session_does_not_revive_it
                activity_of_some_gone_sessions_is_noted_for_the_others
                no_activity_is_fine
            }
            rotation {
                a_renewal_with_a_successor_replaces_the_token
                a_token_is_replaced_once
                of_many_rotations_exactly_one_is_made
                a_rotation_keeps_to_the_conditions_of_a_renewal
                a_rotation_may_leave_the_end_where_it_is
                a_second_rotation_forgets_the_first_predecessor
                a_successor_that_is_taken_is_a_conflict_and_changes_nothing
                a_predecessor_is_not_given_to_a_new_session
                a_rotation_of_an_ended_session_does_not_revive_it
                a_predecessor_may_renew_without_a_successor
                the_first_showing_of_a_successor_is_noted_and_stays
                only_a_successor_can_be_shown
                a_session_ends_by_its_predecessor_and_names_both_tokens
                every_end_names_both_tokens
                the_session_that_is_kept_may_be_named_by_its_predecessor
                a_new_session_ends_the_one_whose_predecessor_it_replaces
                activity_by_a_predecessor_is_noted
                tokens_of_swept_sessions_are_free_again
            }
            security {
                a_proof_changes_when_and_from_where_and_nothing_else
                a_proof_that_counts_no_more_leaves_where_it_came_from
                a_proof_in_an_ended_session_does_not_revive_it
                devices_are_known_in_the_order_they_were_last_seen
                a_device_seen_again_keeps_when_it_was_first_seen
                beyond_the_limit_the_device_unseen_for_longest_is_forgotten
                devices_belong_to_one_person_and_go_with_them
                devices_of_nobody_are_not_found
                devices_unseen_since_a_moment_are_forgotten_a_few_at_a_time
            }
            verifications {
                a_verification_can_be_read_without_using_it_up
                an_expired_verification_is_still_read_and_taken
                a_verification_is_taken_once
                an_unknown_verification_is_not_there
                a_taken_verification_key_is_a_conflict_and_changes_nothing
                of_many_takers_of_a_verification_exactly_one_gets_it
                a_verification_may_be_about_nobody
            }
            disabling {
                disabling_a_person_ends_their_sessions_and_families_and_nobody_elses
                no_session_of_somebody_disabled_begins_in_any_way
                who_is_enabled_again_signs_in_anew
                nobody_can_be_disabled_or_enabled_who_is_not_there
                a_deleted_person_is_not_disabled_any_more
                a_renewed_hash_replaces_only_the_one_it_was_made_from
            }
            letters {
                letters_are_taken_whole_and_in_the_order_they_are_due
                a_letter_with_a_taken_id_is_a_conflict
                of_many_takers_each_letter_goes_to_one
                what_somebody_holds_is_free_again_when_the_lease_has_run_out
                a_letter_that_is_put_off_comes_back_when_it_is_due
                what_is_let_go_of_is_free_at_once_and_keeps_its_place
                a_letter_that_was_carried_is_gone
                all_letters_are_removed_at_once_whoever_holds_them
                waiting_letters_are_counted_up_to_a_limit
                a_letter_is_there_exactly_when_the_change_it_tells_of_is_made
            }
            keys {
                keys_come_back_in_the_order_in_which_they_were_added
                a_key_is_added_only_after_the_one_that_is_last
                of_many_keys_added_at_once_exactly_one_is
                a_key_is_sealed_anew_and_otherwise_stays_as_it_was
                keys_are_removed_by_name
                behind_a_last_key_that_was_removed_the_next_is_added_to_those_that_stay
            }
            families {
                a_family_is_found_by_its_session
                a_family_needs_a_session_of_the_same_person_to_begin_with
                a_family_with_a_taken_id_or_token_is_a_conflict_and_writes_nothing
                a_rotation_gives_the_next_token_and_a_later_end
                a_rotation_of_another_token_than_the_present_one_changes_nothing
                a_rotation_never_brings_the_end_nearer
                of_many_rotations_of_a_family_exactly_one_is_made
                a_rotation_never_revives_a_family
                a_family_ends_with_the_session_it_was_begun_with
                a_family_ends_with_all_sessions_of_its_person
                a_family_outlives_a_session_that_is_over_by_time
            }
            step_back {
                what_was_noted_by_a_clock_that_went_back_goes_back_with_it
                what_was_noted_before_stays_and_what_came_of_it_later_goes_back
                the_grace_of_a_refresh_token_goes_back_with_the_clock
                letters_keys_and_passwords_go_back_with_the_clock
            }
            housekeeping {
                the_sweep_takes_what_ended_at_or_before_the_moment
                the_sweep_leaves_what_is_not_over
                the_sweep_takes_no_more_than_it_is_told
                the_sweep_takes_what_ended_first
                the_sweep_of_nothing_takes_nothing
                people_survive_the_sweep_of_their_sessions
                own_writes_are_not_foreign
                a_store_that_works_says_so
                a_dropped_call_leaves_whole_records
            }
        }
    };
    (@each $fresh:path; $($module:ident { $($promise:ident)* })*) => {
        $(mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    let (store, _guard) = $fresh().await;
                    $crate::store::conformance::$module::$promise(store).await;
                }
            )*
        })*
    };
}
