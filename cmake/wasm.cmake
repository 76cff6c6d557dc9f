# The engine of the page: build/wasm/sinklab.wasm, a bare module without JavaScript glue, and with
# SL_FMA_ENGINE the same in fused multiply-adds: build/wasm-fma/sinklab-fma.wasm. One relaxed
# instruction makes a whole module invalid where it is not known, hence two files.
#
# Its exports are the functions that core/include/sinklab.h marks SL_API, malloc, free, memory and
# _initialize; it imports nothing. Memory starts small; the one large malloc of sl_open grows it, nothing else does.

option(SL_FMA_ENGINE "The vector kernels in fused multiply-adds (WebAssembly relaxed SIMD)" OFF)
set(SL_ENGINE sinklab)
set(SL_SIMD -msimd128 -mbulk-memory -mnontrapping-fptoint)
if(SL_FMA_ENGINE)
  set(SL_ENGINE sinklab-fma)
  list(APPEND SL_SIMD -mrelaxed-simd)
  add_compile_definitions(SL_FMA_ENGINE SL_FMA_TIER)
  set_source_files_properties(${SL_VEC} PROPERTIES COMPILE_DEFINITIONS "SL_FMA;SL_TIER=fma")
endif()

# Debian's older emcc runs its optimiser through node and finds its modules by NODE_PATH only.
find_program(SL_DPKG dpkg)
if(SL_DPKG AND NOT DEFINED ENV{NODE_PATH})
  execute_process(COMMAND "${SL_DPKG}" -L node-acorn OUTPUT_VARIABLE files ERROR_QUIET)
  if(files MATCHES "\n(/[^\n]*)/acorn\n")
    set_property(GLOBAL PROPERTY RULE_LAUNCH_LINK
      "\"${CMAKE_COMMAND}\" -E env \"NODE_PATH=${CMAKE_MATCH_1}\"")
  endif()
endif()

# Everything that the header declares is exported, and what is not defined fails the link.
set(SL_HEADER "${CMAKE_SOURCE_DIR}/core/include/sinklab.h")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${SL_HEADER}")
file(READ "${SL_HEADER}" header)
string(REGEX MATCHALL "\nSL_API[^(;]*[ *]sl_[a-z0-9_]+\\(" declarations "${header}")
set(exports _malloc _free)
foreach(declaration IN LISTS declarations)
  string(REGEX REPLACE ".*[ *](sl_[a-z0-9_]+)\\($" "_\\1" name "${declaration}")
  list(APPEND exports "${name}")
endforeach()
list(JOIN exports "," exports)

# One segment of data with its zeros compresses better than the hundreds that Binaryen makes of it.
set(one_segment)
if(EMSCRIPTEN_VERSION VERSION_GREATER_EQUAL 3.1.60)
  set(one_segment -sBINARYEN_EXTRA_PASSES=--skip-pass=memory-packing)
endif()

set(stack STACK_SIZE)
if(EMSCRIPTEN_VERSION VERSION_LESS 3.1.25)
  set(stack TOTAL_STACK)
endif()

file(GLOB SL_WASM CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/core/app/wasm*.c")
# Everything is made as small as can be but what a step spends its time in. That is the kernels: they
# are written with the vectors that they need, and name the loops to be unrolled (VEC_UNROLL), so that
# the compiler shall not do more of either (left to itself it costs 4 KB and makes them no faster). And
# it is the loops over attention weights and gates, which the compiler shall turn into vectors.
set(small ${SL_CORE} ${SL_WASM})
list(FILTER small EXCLUDE REGEX "/core/(kernels/|model/(similarity/|gate|elementwise|attention_row))")
set_source_files_properties(${small} PROPERTIES COMPILE_OPTIONS -Oz)
# What makes its data, a little less so.
list(FILTER small INCLUDE REGEX "/core/(data/(packing|corpus/(corpus_|stories))|base/(hash|math|rng)\\.c)")
set_source_files_properties(${small} PROPERTIES COMPILE_OPTIONS -Os)
set_source_files_properties(${SL_VEC} PROPERTIES
  COMPILE_OPTIONS "-Os;-fno-vectorize;-fno-slp-vectorize")
target_compile_options(sl_cjson PRIVATE -Oz)
add_executable(sinklab_wasm ${SL_WASM} ${SL_CORE} $<TARGET_OBJECTS:sl_cjson>)
sl_core(sinklab_wasm)
set_target_properties(sinklab_wasm PROPERTIES OUTPUT_NAME ${SL_ENGINE} SUFFIX .wasm LINK_DEPENDS "${SL_HEADER}")
target_compile_options(sinklab_wasm PRIVATE ${SL_SIMD} -fvisibility=hidden)
# The page's engine carries no labels and help. Of each, core/base/desc.h has one byte left, which a
# string is too long for and a NULL no number.
target_compile_definitions(sinklab_wasm PRIVATE NDEBUG SL_WORDLESS)
target_compile_options(sinklab_wasm PRIVATE
  -Wno-excess-initializers -Wno-int-conversion -Wno-missing-braces)
target_link_options(sinklab_wasm PRIVATE
  ${SL_OPT_FLAGS} ${SL_SIMD} --no-entry -sSTANDALONE_WASM
  -sALLOW_MEMORY_GROWTH=1 -sINITIAL_MEMORY=4194304 -sMAXIMUM_MEMORY=2147483648
  -s${stack}=1048576 -sEXPORTED_FUNCTIONS=${exports} ${one_segment})

# Kernels and peak alone, for make bench: cmake --build build/wasm --target bench_wasm
file(GLOB SL_BENCH CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/core/kernels/*.c")
add_executable(bench_wasm EXCLUDE_FROM_ALL tests/bench/bench.c ${SL_BENCH} core/base/math.c)
set_target_properties(bench_wasm PROPERTIES OUTPUT_NAME bench SUFFIX .wasm)
target_compile_options(bench_wasm PRIVATE ${SL_SIMD} -fvisibility=hidden)
target_compile_definitions(bench_wasm PRIVATE NDEBUG)
target_link_options(bench_wasm PRIVATE ${SL_OPT_FLAGS} ${SL_SIMD} --no-entry -sSTANDALONE_WASM
  -sINITIAL_MEMORY=16777216 -s${stack}=1048576
  -sEXPORTED_FUNCTIONS=_bench_setup,_bench_count,_bench_name,_bench_flops,_bench_peak_flops,_bench_kernel,_bench_peak)
