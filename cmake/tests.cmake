# Every tests/**/test_*.c is one program and one ctest test; it prints "N passed, N failed" last.
# Other .c files beside a test, or in tests/harness, are compiled into it.

# What a test is linked with, by its path below tests/; the first row that matches counts.
#   pattern (regular expression)      library          wraps malloc
set(SL_TEST_TABLE
    "^grad/                            sinklab_double   no"
    "_double\\.c$                      sinklab_double   no"
    "(^failure/|alloc|memory)          sinklab          yes"
    ".                                 sinklab          no")

file(GLOB_RECURSE tests CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/test_*.c")
file(GLOB harness CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/harness/*.c")
list(FILTER harness EXCLUDE REGEX "/test_[^/]*$")

# A test of both precisions touches the same memory in both: the sanitizers see it once.
if(SL_SANITIZE)
  foreach(test IN LISTS tests)
    string(REGEX REPLACE "\\.c$" "_double.c" twin "${test}")
    list(REMOVE_ITEM tests "${twin}")
  endforeach()
endif()

foreach(test IN LISTS tests)
  file(RELATIVE_PATH path "${CMAKE_SOURCE_DIR}/tests" "${test}")
  get_filename_component(name "${test}" NAME_WE)
  foreach(row IN LISTS SL_TEST_TABLE)
    string(REGEX MATCH "^([^ ]+) +([^ ]+) +([^ ]+)$" all "${row}")
    set(pattern "${CMAKE_MATCH_1}")
    set(library "${CMAKE_MATCH_2}")
    set(wrap "${CMAKE_MATCH_3}")
    if(path MATCHES "${pattern}")
      break()
    endif()
  endforeach()
  add_executable(${name} "${test}" ${harness})
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  target_compile_definitions(${name} PRIVATE _POSIX_C_SOURCE=200809L)
  target_link_libraries(${name} PRIVATE ${library} Threads::Threads)
  if(wrap STREQUAL "yes")
    target_link_options(${name} PRIVATE
      -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc -Wl,--wrap=free)
  endif()
  # Tests run from the root, where their data is.
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  set_tests_properties(${name} PROPERTIES TIMEOUT 600)
endforeach()

# What make bench times natively and the suite "instructions" counts; built when they ask for it.
add_executable(bench EXCLUDE_FROM_ALL "${CMAKE_SOURCE_DIR}/tests/bench/bench.c")
set_target_properties(bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
target_link_libraries(bench PRIVATE sinklab)
target_link_options(bench PRIVATE -Wl,--wrap=sl_tier_at)
